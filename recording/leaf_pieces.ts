/**
 * Pieces of lines that tell of a leaf.
 *
 * @module
 */

import type { CallLine } from "./call_line.ts";
import { field, LIMITS, type Text, text } from "./layout.ts";
import type { Reader } from "./reader.ts";

const LEVELS = ["device", "pte", "pmd", "pud"] as const;
const IN_CALL = ',"leaf":{';
const LEAVES_IN_CALL = leaves(IN_CALL);
const LEAVES = leaves(",");
const LEAF_PFN = field('","pfn":', LIMITS.pfn);
const LEAF_PAGES = field(',"pages":', LIMITS.pages);
const ORDINARY_PAGES = field('","pages":', LIMITS.pages);
const TAKEN = text(',"taken":true');
const NOT_TAKEN = text(',"taken":false');

const [L, M, T] = [..."lmt"].map((letter) => letter.charCodeAt(0));

/**
 * Reads which kind of leaf it is.
 *
 * @param inCall Whether it stands in its call's line, not on one of its own.
 * @returns What is before its address then.
 */
export function readLevel(
  { bytes }: Reader,
  start: number,
  call: CallLine,
  inCall: boolean,
): Text | undefined {
  const named = inCall ? start + IN_CALL.length - 1 : start;
  const letter = bytes[named + 11];
  const index = bytes[named + 2] !== L ? 0 : letter === T ? 1 : letter === M ? 2 : 3;
  call.leaf = LEVELS[index] ?? "none";
  return (inCall ? LEAVES_IN_CALL : LEAVES)[index];
}

/** Reads the first page of a device's leaf; of others that is not told. */
export function readLeafPfn(reader: Reader, start: number, call: CallLine): number {
  if (call.leaf !== "device") return start;
  const at = reader.number(start, LEAF_PFN);
  call.leafPfn = reader.small;
  return at;
}

/** Reads how many pages it has, and whether it was taken. */
export function readLeafPages(reader: Reader, start: number, call: CallLine): number {
  const { bytes } = reader;
  const pages = call.leaf === "device" ? LEAF_PAGES : ORDINARY_PAGES;
  const at = reader.number(start, pages);
  call.leafPages = reader.small;
  call.leafTaken = undefined;
  if (bytes[at + 2] !== T) return at;
  call.leafTaken = bytes[at + 9] === T;
  return reader.text(at, call.leafTaken ? TAKEN : NOT_TAKEN);
}

/** Leaves by level. */
function leaves(before: string): readonly Text[] {
  return LEVELS.map((level) =>
    text(`${before}${level === "device" ? "" : `"level":"${level}",`}"address":"0x`)
  );
}
