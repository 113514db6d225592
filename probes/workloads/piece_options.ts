/**
 * The workloads that take their memory piece by piece, and their options.
 *
 * @module
 */

import { getopt } from "./getopt.ts";
import { parsePieces, type PiecesWish, pieceWords } from "./pieces.ts";

/** Moves pieces to a disk with O_DIRECT, or from it, so that the block layer pins them. */
export interface DirectIoWish extends PiecesWish {
  /** What it is. */
  readonly kind: "direct-io";
  /** Whether the memory is written to (FOLL_WRITE): what it holds is read back from the disk. */
  readonly write?: boolean;
}

/** Splices pieces into a pipe, which gets them. */
export interface VmspliceWish extends PiecesWish {
  /** What it is. */
  readonly kind: "vmsplice";
}

/** Registers pieces as buffers of io_uring, which pins them with FOLL_LONGTERM, to be written to. */
export interface IoUringWish extends PiecesWish {
  /** What it is. */
  readonly kind: "io-uring";
}

/** Reads pieces with process_vm_readv(), as another process would: the slow path pins them. */
export interface ProcessVmWish extends PiecesWish {
  /** What it is. */
  readonly kind: "process-vm";
}

/** A workload that takes its memory piece by piece. */
export type PieceWish = DirectIoWish | VmspliceWish | IoUringWish | ProcessVmWish;

/** Their names, and the letters of those options of theirs that have no value. */
const PLAIN: Readonly<Record<PieceWish["kind"], string>> = {
  "direct-io": "wW",
  vmsplice: "",
  "io-uring": "",
  "process-vm": "",
};

/**
 * Whether a workload of this name is one of them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([isPieceKind("vmsplice"), isPieceKind("gup-test")], [true, false]);
 * ```
 */
export function isPieceKind(name: string): name is PieceWish["kind"] {
  return Object.hasOwn(PLAIN, name);
}

/**
 * Reads the options of such a workload.
 *
 * @throws {RequestError} for an option that it does not have, or that says nothing.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parsePieceWish("direct-io", ["-n", "1,512", "-w"]), {
 *   kind: "direct-io",
 *   pages: [1, 512],
 *   write: true,
 * });
 * ```
 */
export function parsePieceWish(kind: PieceWish["kind"], words: readonly string[]): PieceWish {
  const plain = PLAIN[kind];
  const options = getopt(kind, words, { plain, valued: "no", exclusive: [plain] });
  const pieces = parsePieces(kind, options);
  return kind === "direct-io" && options.has("w")
    ? { kind, ...pieces, write: true }
    : { kind, ...pieces };
}

/**
 * The options that ask for this: the program of the workload reads them again.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const wish = parsePieceWish("direct-io", ["-w", "-o", "5"]);
 * assertEquals(pieceWishWords(wish), ["-o", "5", "-w"]);
 * ```
 */
export function pieceWishWords(wish: PieceWish): string[] {
  const isWrite = wish.kind === "direct-io" && wish.write === true;
  return [...pieceWords(wish), ...(isWrite ? ["-w"] : [])];
}
