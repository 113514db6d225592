/**
 * How workloads are expected to take memory: a recording says it, and its report compares it with what
 * was seen.
 *
 * @module
 */

import type { Taking } from "../../recording/header.ts";
import type { KernelFacts } from "../kernel.ts";
import { BIO_PINNED } from "../types.ts";
import type { GupCommand } from "./gup_test_options.ts";
import type { PieceWish } from "./piece_options.ts";

/** What of a kernel's facts this depends on. */
export interface TakingFacts {
  readonly symbols: KernelFacts["symbols"];
  readonly types: Pick<KernelFacts["types"], "enumerators">;
}

/**
 * How a command of the kernel's benchmark takes memory: mm/gup_test.c, to 5.10 mm/gup_benchmark.c.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(takingOfCommand("pin-fast"), { path: "fast", kind: "pin" });
 * assertEquals(takingOfCommand("get-basic"), { path: "slow", kind: "get" });
 * ```
 */
export function takingOfCommand(command: GupCommand): Taking {
  return {
    path: command.endsWith("-fast") ? "fast" : "slow",
    kind: command.startsWith("pin") ? "pin" : "get",
  };
}

/**
 * How a workload that takes its memory piece by piece does it:
 *
 * - The block layer pins since a bio can say so; before, it got (block/bio.c, 6.5).
 * - A pipe gets (fs/splice.c, iter_to_pipe()).
 * - io_uring pins with FOLL_LONGTERM, which the fast walk refuses for a device's memory, and for none
 *   else that there is here: to 6.14 before it grabs, later it backs out. It asks gup-fast since 6.10 (io_uring/memmap.c, io_pin_pages()), which
 *   is also when the function behind all gup-fast calls was renamed.
 * - What another process reads, itself included, the slow path pins (mm/process_vm_access.c).
 *
 * @param isDevice Whether it is the memory of a devdax device.
 *
 * @example A kernel of before 6.5
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const facts = { symbols: {}, types: { enumerators: {} } };
 * assertEquals(takingOfPieces("direct-io", facts, true), { path: "fast", kind: "get" });
 * assertEquals(takingOfPieces("io-uring", facts, true), { path: "slow", kind: "pin" });
 * ```
 */
export function takingOfPieces(
  workload: PieceWish["kind"],
  { symbols, types }: TakingFacts,
  isDevice: boolean,
): Taking {
  switch (workload) {
    case "direct-io":
      return {
        path: "fast",
        kind: (types.enumerators[BIO_PINNED] ?? null) === null ? "get" : "pin",
      };
    case "vmsplice":
      return { path: "fast", kind: "get" };
    case "io-uring":
      if (!("gup_fast_fallback" in symbols)) return { path: "slow", kind: "pin" };
      return { path: isDevice ? "fast-then-slow" : "fast", kind: "pin" };
    case "process-vm":
      return { path: "slow", kind: "pin" };
  }
}
