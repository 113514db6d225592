/**
 * Patches as they come: mails of an mbox, or plain differences.
 *
 * @module
 */

import { RequestError } from "../failure.ts";

/** One patch. */
export interface Patch {
  /** The file that it came in. */
  readonly file: string;
  /** The mail's subject; the file's name where there is no mail. */
  readonly title: string;
  /** The difference with what surrounds it, each byte a character. */
  readonly text: string;
}

/** A mail with a patch. */
interface Mail {
  readonly subject: string;
  /** Its number in its series. */
  readonly number: number | undefined;
  readonly text: string;
}

/** What begins a mail of an mbox. */
const SEPARATOR = /^From \S+ .*\d{4}\n/m;
const DIFFERENCE = /^(?:diff --git \S|--- \S.*\n\+\+\+ \S)/m;

/**
 * Reads the patches of a file, in the order in which they apply: that of their numbers, else that of
 * the file. Mails without a patch, such as cover letters and replies, are passed over.
 *
 * @param bytes An mbox, a mail, or a difference.
 * @throws {RequestError} when there is none in it, more than one of a number, or a mail that cannot be
 * decoded.
 *
 * @example
 * ```ts
 * import { readPatches } from "./mails.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const mbox = `From 0123456 Mon Sep 17 00:00:00 2001
 * Subject: [PATCH 1/2] mm/gup: Say more
 *
 * --- a/mm/gup.c
 * +++ b/mm/gup.c
 * @@ -1 +1 @@
 * -// less
 * +// more
 * `;
 * const [patch] = readPatches(new TextEncoder().encode(mbox), "more.mbox");
 * assertEquals(patch?.title, "[PATCH 1/2] mm/gup: Say more");
 * ```
 */
export function readPatches(bytes: Uint8Array, file: string): Patch[] {
  const whole = new TextDecoder("latin1").decode(bytes).replaceAll("\r\n", "\n");
  const mails = splitMails(whole).map((mail) => readMail(mail, file)).filter(({ text }) =>
    DIFFERENCE.test(text)
  );
  if (mails.length === 0) {
    throw new RequestError(
      `Cannot use the patch "${file}": it holds no difference; give an mbox, or what "git diff" prints`,
    );
  }
  const numbers = mails.flatMap(({ number }) => number ?? []);
  const twice = numbers.find((number, i) => numbers.indexOf(number) < i);
  if (twice !== undefined) {
    throw new RequestError(
      `Cannot use the patches of "${file}": it has number ${twice} more than once; give one version of one series, as "b4 am" makes it`,
    );
  }
  const isSeries = numbers.length === mails.length;
  const ordered = isSeries ? mails.toSorted((a, b) => (a.number ?? 0) - (b.number ?? 0)) : mails;
  return ordered.map(({ subject, text }) => ({ file, title: subject || file, text }));
}

function splitMails(text: string): string[] {
  const starts = [...text.matchAll(new RegExp(SEPARATOR, "gm"))]
    // Inside a mail such a line follows text, not an empty line.
    .filter(({ index }) => index === 0 || text.slice(index - 2, index) === "\n\n");
  if (starts.length === 0) return [text];
  return starts.map(({ index, 0: line }, i) =>
    text.slice(index + line.length, starts[i + 1]?.index)
  );
}

function readMail(text: string, file: string): Mail {
  // A difference by itself begins with no header.
  if (!/^[A-Za-z-]+: /.test(text)) return { subject: "", number: undefined, text };
  const end = text.indexOf("\n\n");
  const head = end < 0 ? text : text.slice(0, end);
  const field = (name: string): string =>
    new RegExp(`^${name}:[ \t]*(.*(?:\n[ \t].*)*)`, "im").exec(head)?.[1]
      ?.replaceAll(/\n[ \t]+/g, " ").trim() ?? "";
  const subject = decodeWords(field("Subject"));
  const [, tag = ""] = /^[^[\]]*\[([^\]]*)\]/.exec(subject) ?? [];
  const number = /(?<!\d)(\d{1,9})\/\d/.exec(tag)?.[1];
  return {
    subject,
    number: number === undefined ? undefined : Number(number),
    text: decodeBody(end < 0 ? "" : text.slice(end + 2), field("Content-Transfer-Encoding"), file),
  };
}

/** Decodes what mail carries over seven bits (RFC 2045). */
function decodeBody(body: string, encoding: string, file: string): string {
  switch (encoding.toLowerCase()) {
    case "quoted-printable":
      return decodeQuoted(body.replaceAll(/=[ \t]*\n/g, ""));
    case "base64": {
      const text = decodeBase64(body.replaceAll(/\s/g, ""));
      if (text === undefined) {
        throw new RequestError(
          `Cannot use the patch "${file}": a mail of it is said to be base64 and is not; get it again`,
        );
      }
      return text.replaceAll("\r\n", "\n");
    }
    default:
      return body;
  }
}

/** Decodes base64; undefined for what is none. */
function decodeBase64(text: string): string | undefined {
  try {
    return atob(text);
  } catch {
    return undefined;
  }
}

function decodeQuoted(text: string): string {
  return text.replaceAll(
    /=([0-9A-Fa-f]{2})/g,
    (_, digits: string) => String.fromCharCode(parseInt(digits, 16)),
  );
}

/** Decodes the words of a header that are not ASCII (RFC 2047), as UTF-8, to be shown. */
function decodeWords(text: string): string {
  const latin1 = text.replaceAll(/\?=\s+=\?/g, "?==?").replaceAll(
    /=\?[\w-]+\?([bq])\?([^?]*)\?=/gi,
    (whole, kind: string, word: string) =>
      kind.toLowerCase() === "b"
        ? decodeBase64(word) ?? whole
        : decodeQuoted(word.replaceAll("_", " ")),
  );
  return new TextDecoder().decode(bytesOf(latin1));
}

/** The bytes of a text of which each character is one. */
export function bytesOf(latin1: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(latin1, (character) => character.charCodeAt(0));
}

/**
 * Paths of the files that a patch touches, with the first part, as `a/`, taken off.
 *
 * @throws {RequestError} at a path that leads out of the tree, or can be no file's.
 */
export function touchedFiles({ text, file }: Pick<Patch, "text" | "file">): string[] {
  const named = text.matchAll(
    /^(?:--- (\S+)(?:[^\S\n].*)?\n\+\+\+ (\S+)(?:[^\S\n].*)?$|(?:rename|copy) (?:from|to) (.+)$|diff --git (\S+) (\S+)$)/gm,
  );
  const paths = [...named].flatMap(([, from, to, moved, old, now]) => [
    ...[from, to, old, now].flatMap((path) =>
      path === undefined || path === "/dev/null" ? [] : [path.replace(/^[^/]*\//, "")]
    ),
    ...(moved === undefined ? [] : [moved]),
  ]);
  const outside = paths.find((path) =>
    path.includes("\0") || path.split("/").some((part) => ["", ".", ".."].includes(part))
  );
  if (outside !== undefined) {
    throw new RequestError(
      `Cannot use the patch "${file}": ${
        JSON.stringify(outside.slice(0, 100))
      } is outside of the tree, or no file`,
    );
  }
  return [...new Set(paths)];
}
