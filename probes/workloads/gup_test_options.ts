/**
 * The options of the workload `gup-test`, which are those of the kernel's selftest (gup_benchmark.c to
 * 5.10, gup_test.c from 5.11 on), and what they ask for.
 *
 * @module
 */

import { RequestError } from "../failure.ts";
import { getopt, type OptionLetters, type Options, wholeNumber } from "./getopt.ts";

/** How memory is taken: by which of the benchmark's commands. */
export type GupCommand = "get-fast" | "pin-fast" | "get-basic" | "pin-basic" | "pin-longterm";

/** Whose memory is taken. */
export type GupMemory =
  | { readonly kind: "device" }
  | {
    readonly kind: "file";
    readonly path: string;
    /** Whether the mapping is shared; private, as the selftest has it, where it is not. */
    readonly shared: boolean;
    /** What pages are asked for: those of the system's choice, small ones, or huge ones. */
    readonly pages: "default" | "small" | "thp" | "hugetlb";
  };

/** What the kernel's benchmark is to do. */
export interface GupTestWish {
  /** What it is. */
  readonly kind: "gup-test";
  /** How memory is taken. */
  readonly command: GupCommand;
  /** How often each thread takes all of it. */
  readonly repeats: number;
  /** Pages that one call asks for. */
  readonly pagesPerCall: number | "all";
  /** Whether it is taken to be written to (FOLL_WRITE). */
  readonly write: boolean;
  /** Threads that do so at the same time, each with all of the memory. */
  readonly threads: number;
  /** Whose memory is taken. */
  readonly memory: GupMemory;
  /** Path of a gup_test that is to do it; absent for headcount's own program. */
  readonly binary?: string;
}

/** A wish, and the bytes that `-m` gives, if it is there. */
export interface ParsedGupTest {
  readonly wish: GupTestWish;
  readonly bytes?: number;
}

const MIB: number = 1024 ** 2;

/** Threads that a workload may have: each is a JavaScript engine of its own. */
const MOST_THREADS = 64;

const COMMANDS: Readonly<Record<string, GupCommand>> = {
  u: "get-fast",
  a: "pin-fast",
  U: "get-basic",
  b: "pin-basic",
  L: "pin-longterm",
};

const PAGES = { T: "small", t: "thp", H: "hugetlb" } as const;

const LETTERS: OptionLetters = {
  plain: "aubULwWStTH",
  valued: "mrnjf",
  exclusive: ["uaUbL", "wW", "tTH"],
};

/**
 * Reads the options of `gup-test` as getopt(3) does: `-Sa -n512` is `-S -a -n 512`.
 *
 * @throws {RequestError} for an option that it does not have, or that contradicts another.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseGupTest(["-m", "64", "-r", "10", "-S", "-a", "-n", "512", "-w"]), {
 *   wish: {
 *     kind: "gup-test",
 *     command: "pin-fast",
 *     repeats: 10,
 *     pagesPerCall: 512,
 *     write: true,
 *     threads: 1,
 *     memory: { kind: "device" },
 *   },
 *   bytes: 64 * 2 ** 20,
 * });
 * ```
 */
export function parseGupTest(words: readonly string[]): ParsedGupTest {
  const options = getopt("gup-test", words, LETTERS);
  const megabytes = whole(options, "m");
  const command = Object.entries(COMMANDS).find(([letter]) => options.has(letter))?.[1];
  return {
    wish: {
      kind: "gup-test",
      command: command ?? "get-fast",
      repeats: whole(options, "r") ?? 1,
      pagesPerCall: pagesPerCall(options),
      // The selftest's default since 5.13.
      write: !options.has("W"),
      threads: threads(options),
      memory: memory(options),
    },
    ...(megabytes === undefined ? {} : { bytes: megabytes * MIB }),
  };
}

/**
 * The options that ask for this, all but `-m`: the program of the workload reads them again.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const { wish } = parseGupTest(["-L", "-n", "-1"]);
 * assertEquals(gupTestWords(wish).join(" "), "-L -r 1 -n -1 -j 1 -w");
 * assertEquals(parseGupTest(gupTestWords(wish)), { wish });
 * ```
 */
export function gupTestWords(wish: GupTestWish): string[] {
  const { command, memory } = wish;
  const letter = Object.entries(COMMANDS).find(([, name]) => name === command)?.[0] ?? "u";
  return [
    `-${letter}`,
    ...["-r", String(wish.repeats)],
    ...["-n", wish.pagesPerCall === "all" ? "-1" : String(wish.pagesPerCall)],
    ...["-j", String(wish.threads)],
    wish.write ? "-w" : "-W",
    ...(memory.kind === "device" ? [] : ["-f", memory.path]),
    ...(memory.kind === "file" && memory.shared ? ["-S"] : []),
    ...Object.entries(PAGES).flatMap(([letter, pages]) =>
      memory.kind === "file" && memory.pages === pages ? [`-${letter}`] : []
    ),
  ];
}

/** The whole number from 1 on that an option gives. */
function whole(options: Options, letter: string): number | undefined {
  const value = options.get(letter);
  return value === undefined ? undefined : wholeNumber(value, `gup-test: "-${letter} ${value}"`);
}

/** A negative number is all pages at once, as in the selftest of 7.3. */
function pagesPerCall(options: Options): number | "all" {
  return /^-\d+$/.test(options.get("n") ?? "") ? "all" : whole(options, "n") ?? 1;
}

function threads(options: Options): number {
  const number = whole(options, "j") ?? 1;
  if (number > MOST_THREADS) {
    throw new RequestError(`gup-test: "-j ${number}" is more than ${MOST_THREADS} threads`);
  }
  return number;
}

function memory(options: Options): GupMemory {
  const path = options.get("f");
  const letter = (["T", "t", "H"] as const).find((letter) => options.has(letter));
  if (path === undefined) {
    if (letter === undefined) return { kind: "device" };
    throw new RequestError(
      `gup-test: "-${letter}" is for memory of other pages than the device's, which --align chooses; ` +
        `"-f /dev/zero" takes such memory`,
    );
  }
  if (/^\/dev\/dax/.test(path)) {
    throw new RequestError(`gup-test: "-f ${path}" is a devdax device: --device chooses one`);
  }
  const pages = letter === undefined ? "default" : PAGES[letter];
  return { kind: "file", path, shared: options.has("S"), pages };
}
