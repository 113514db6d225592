/**
 * The arguments of a program that takes its memory piece by piece.
 *
 * @module
 */

import { quit } from "./libc.ts";
import { parsePieceWish, type PieceWish } from "./piece_options.ts";
import { leastBytes } from "./pieces.ts";

/** What its arguments say. */
export interface PieceJob {
  /** The device. */
  readonly path: string;
  /** Bytes of the buffer. */
  readonly bytes: number;
  /** Bytes behind one leaf entry. */
  readonly alignBytes: number;
  readonly wish: PieceWish;
}

/** Reads DEVICE BYTES ALIGN OPTIONS, or ends the workload. */
export function readPieceWords(
  kind: PieceWish["kind"],
  [path, size, align, ...words]: readonly string[],
): PieceJob {
  if (path === undefined || size === undefined || align === undefined) {
    return quit(`${kind} takes DEVICE BYTES ALIGN and more, not "${Deno.args.join(" ")}"`, 64);
  }
  const wish = parsePieceWish(kind, words);
  const bytes = Number(size);
  if (leastBytes(wish) > bytes) quit(`The pieces reach beyond ${bytes} bytes`, 64);
  return { path, bytes, alignBytes: Number(align), wish };
}
