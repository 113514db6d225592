/**
 * Whether a text can be mailed to a list: what quoting breaks, what a terminal does not show, and numbers that
 * nobody can tell the unit of.
 *
 * @module
 */

import { MAIL_WIDTH } from "./mail_layout.ts";

/** What is wrong with a line. */
export interface MailFault {
  /** Which line, from 1 on. */
  readonly line: number;
  /** What is wrong, in words. */
  readonly what: string;
}

/**
 * Holds a text to the rules of `docs/compare.md`: at most 72 columns, printable ASCII, no number without a unit.
 * What follows a line that begins with `diff --git` is a patch, and not looked at.
 *
 * @returns What is wrong, line by line; nothing where all is well.
 *
 * @example The line of the RFC, and the same without its units
 * ```ts
 * import { checkMail } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(checkMail("(get_user_pages_fast 2M pages) ~75k us -> ~3.6k us\n"), []);
 * assertEquals(checkMail("get_user_pages_fast takes 75k -> 3.6k\n"), [
 *   { line: 1, what: 'number without a unit: "75k"' },
 *   { line: 1, what: 'number without a unit: "3.6k"' },
 * ]);
 * ```
 */
export function checkMail(text: string): readonly MailFault[] {
  const faults: MailFault[] = [];
  let paragraph: Paragraph = NEW;
  const lines = text.replace(/\n$/, "").split("\n").map((line) => line.replace(/\r$/, ""));
  for (const [i, line] of lines.entries()) {
    if (/^[> ]*diff --git /.test(line)) break;
    const found = (what: string): void => void faults.push({ line: i + 1, what });
    const odd = /[^\x20-\x7e]/u.exec(line);
    if (odd !== null) found(`no printable ASCII: ${nameOf(odd[0])} in column ${odd.index + 1}`);
    if (line.length > MAIL_WIDTH && !isLink(line)) {
      found(`too long: ${line.length} columns, at most ${MAIL_WIDTH}`);
    }
    const said = unquoted(line);
    paragraph = after(paragraph, said);
    if (paragraph.isExempt || paragraph.unit !== undefined) continue;
    for (const number of bareNumbers(said, lines[i - 1] ?? "", lines[i + 1] ?? "")) {
      found(`number without a unit: "${number}"`);
    }
  }
  return faults;
}

/** What is known of the paragraph of a line. */
interface Paragraph {
  /** A unit that is named on this line or above it. */
  readonly unit: string | undefined;
  /** Whether the line is a command, or tells of a kernel, machine or mail: its numbers name things. */
  readonly isExempt: boolean;
  /** Whether the next line goes on with this one's command. */
  readonly goesOn: boolean;
  /** Blanks before the fact that goes on in lines further in; undefined for none. */
  readonly factAt: number | undefined;
}

const NEW: Paragraph = { unit: undefined, isExempt: false, goesOn: false, factAt: undefined };

function after(before: Paragraph, line: string): Paragraph {
  if (line.trim() === "") return NEW;
  const indent = line.length - line.trimStart().length;
  const unit = before.unit ?? unitIn(line);
  const isCommand = before.goesOn || /^\s*(\$|#) /.test(line) || /^\s*and with /.test(line);
  if (isCommand) return { ...NEW, unit: before.unit, isExempt: true, goesOn: line.endsWith("\\") };
  if (FACT.test(line) || FROM_GIT.test(line)) {
    return { ...NEW, unit: before.unit, isExempt: true, factAt: indent };
  }
  if (before.factAt !== undefined && indent > before.factAt) return { ...before, goesOn: false };
  return { ...NEW, unit };
}

/** Lines whose numbers are of names: versions, models, dates, hashes. */
const FACT =
  /^\s*(kernel|baseline|patched|commit|cpu|machine|device|memory|not alike|traced by|ledger|from|to|cc|date|subject|link|message-id|closes|fixes|[a-z-]+-by|on .* wrote):/i;

/** A line of a diffstat, and the first one that git writes of a patch. */
const FROM_GIT = /^\s*(\S.* \|\s+(\d+ [+-]*|Bin .*)|From [\da-f]{40} .*)$/;

/** Words that say what a table's or a paragraph's numbers are. */
const UNITS: ReadonlySet<string> = new Set([
  ...["ns", "us", "ms", "s", "sec", "seconds", "%", "cycles", "hz", "khz", "mhz", "ghz"],
  ...["b", "kib", "mib", "gib", "tib", "kb", "mb", "gb", "tb", "bytes"],
  ...[
    "count",
    "counts",
    "calls",
    "pages",
    "grabs",
    "references",
    "look-ups",
    "puts",
    "heads",
    "samples",
  ],
]);

function unitIn(line: string): string | undefined {
  return words(line).find(({ bare }) => UNITS.has(bare.toLowerCase()))?.bare;
}

/** A word, and what it is without the marks around it. */
interface Word {
  readonly text: string;
  readonly bare: string;
}

function words(line: string): readonly Word[] {
  return line.trim().split(/\s+/).map((text) => ({
    text,
    bare: text.replace(/^[("'~[]+/, "").replace(/[)"',;:.!?\]]+$/, ""),
  }));
}

/** A number, perhaps with its thousands or a multiplier, or two of them as a range. */
const NUMBER = /^[+-]?[\d,]*\.?\d+[kMG]?$/;
const RANGE = /^([^.]*(?:\.\d+)?)(?:\.\.|->)(.+)$/;
/** What stands between numbers that share a unit. */
const BETWEEN: ReadonlySet<string> = new Set([
  "->",
  "=>",
  "-",
  "..",
  "to",
  "and",
  "or",
  "+-",
  "/",
  "vs",
]);

/** From so many columns on a line may have been broken where it ends. */
const BROKEN = 50;

/** What the number after it is a name with: an option, a month. */
const NAMES_NEXT =
  /^(-{1,2}[a-z][\w-]*|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?)$/i;

/** Numbers without a unit; a line that was broken goes on below, and may have begun above. */
function bareNumbers(line: string, above: string, below: string): readonly string[] {
  const own = words(line);
  const before = above.length < BROKEN ? undefined : words(unquoted(above)).at(-1);
  const all = line.length < BROKEN ? own : [...own, ...words(unquoted(below))];
  return own.flatMap(({ text, bare }, i) => {
    const range = RANGE.exec(bare);
    const parts = range === null ? [bare] : [range[1] ?? "", range[2] ?? ""];
    if (!parts.every((part) => NUMBER.test(part))) return [];
    // The value of an option, a day.
    if (NAMES_NEXT.test((i === 0 ? before : all[i - 1])?.text ?? "")) return [];
    // A year, a footnote, the number of a list's item.
    if (/^(19|20)\d\d$/.test(bare) || /^\[\d+\][.,;:]?$/.test(text)) return [];
    if (i === 0 && /^\(?\d+[.)]$/.test(text)) return [];
    // A mark after it parts it from what follows.
    const next = /[)",;:.!?\]]$/.test(text)
      ? undefined
      : all.slice(i + 1).find((word) => !BETWEEN.has(word.bare) && !NUMBER.test(word.bare));
    if (next !== undefined && isNoun(next.bare)) return [];
    return [bare];
  });
}

/** Whether a word can say what a number before it is of. */
function isNoun(word: string): boolean {
  return /^([a-z]|%)/i.test(word);
}

/** A line without the marks of quoting. */
function unquoted(line: string): string {
  return line.replace(/^[> ]*>/, "");
}

/** A link cannot be broken. */
function isLink(line: string): boolean {
  return /^[> ]*([\w-]+: |\[\d+\]:? )?<?https?:\/\/\S+$/.test(line);
}

function nameOf(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code === 9) return "a tab";
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}
