/**
 * Recordings as JSON Lines, encoded and decoded as streams.
 *
 * @module
 */

import type { RecordingEvent } from "./event.ts";
import type { Footer } from "./footer.ts";
import { type Header, READABLE_FORMATS } from "./header.ts";
import { isRecord } from "./check.ts";
import { inWritingOrder, isRecordingItem } from "./shape.ts";

/** A line of a recording. */
export type RecordingItem = Header | RecordingEvent | Footer;

/** A file that is no recording, or one of a format that this version does not read. */
export class FormatError extends SyntaxError {
  /** Name of the class. */
  override readonly name = "FormatError";
}

/**
 * Writes an item as a line, its fields always in the same order.
 *
 * @example
 * ```ts
 * import { encodeItem } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(encodeItem({ kind: "lost", events: 3 }), '{"kind":"lost","events":3}\n');
 * ```
 */
export function encodeItem(item: RecordingItem): string {
  return `${JSON.stringify(inWritingOrder(item))}\n`;
}

/**
 * Reads lines back. The first must be a header. A line that cannot be read, or that lacks a field,
 * becomes an `unreadable` event, so that a recording that was cut off in the middle of a line is
 * readable up to there.
 *
 * @throws {FormatError} when the first line is no whole header of a known format.
 *
 * @example
 * ```ts
 * import { decodeItems } from "headcount";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => Array.fromAsync(decodeItems(["no recording"])), SyntaxError);
 * ```
 */
export async function* decodeItems(
  lines: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<RecordingItem, void, undefined> {
  const decoder = decodeLines();
  for await (const line of lines) {
    const item = decoder.decode(line);
    if (item !== undefined) yield item;
  }
  decoder.end();
}

/** Decodes one line after the other. */
export interface LineDecoder {
  /**
   * Reads the next line; `undefined` where it is empty.
   *
   * @throws {FormatError} when the first line is no whole header of a known format.
   */
  decode(line: string): RecordingItem | undefined;
  /**
   * There are no more lines.
   *
   * @throws {FormatError} when there was none.
   */
  end(): void;
}

/**
 * Makes a decoder of lines, for callers that do not have them as an iterable.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => decodeLines().end(), SyntaxError, "it is empty");
 * ```
 */
export function decodeLines(): LineDecoder {
  let first = true;
  return {
    decode: (line) => {
      if (first) {
        first = false;
        return decodeHeader(line);
      }
      if (line === "") return undefined;
      const item = parse(line);
      // A line that was cut off is the last of an interrupted recording.
      return isRecordingItem(item) ? item : { kind: "unreadable", text: line.slice(0, 200) };
    },
    end: () => {
      if (first) throw new FormatError("Cannot read the recording: it is empty");
    },
  };
}

function decodeHeader(line: string): Header {
  const item = parse(line);
  if (!isRecord(item) || item["kind"] !== "header") {
    throw new FormatError(
      `Cannot read the recording: its first line is no header but ${
        JSON.stringify(line.slice(0, 60))
      }`,
    );
  }
  if (!READABLE_FORMATS.some((format) => format === item["format"])) {
    throw new FormatError(
      `Cannot read the recording: its format is ${
        String(JSON.stringify(item["format"])).slice(0, 60)
      }, this version reads ${READABLE_FORMATS.map((format) => `"${format}"`).join(" and ")}`,
    );
  }
  if (!isRecordingItem(item) || item.kind !== "header") {
    throw new FormatError(
      "Cannot read the recording: its header is damaged, a field is missing or of another type",
    );
  }
  return item;
}

/** Levels of objects and arrays in a line, at the most: what is written has few. */
const DEEPEST = 100;

/** The value of a line of JSON; undefined for what is none, or so deep that it could not be written. */
function parse(line: string): unknown {
  if (isTooDeep(line)) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Whether more objects and arrays are open somewhere than levels may be. */
function isTooDeep(line: string): boolean {
  if (line.length <= DEEPEST) return false;
  let depth = 0;
  for (const [token] of line.matchAll(TOKENS)) {
    if (token === "[" || token === "{") depth++;
    else if (token === "]" || token === "}") depth--;
    if (depth > DEEPEST) return true;
  }
  return false;
}

/** Strings, whose brackets are none, and brackets. A string without an end goes to that of the line. */
const TOKENS = /"(?:[^"\\]|\\[^])*(?:"|\\?$)|[[\]{}]/g;
