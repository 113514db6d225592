/**
 * headcount counts, on a running Linux kernel, how often each compound head page is grabbed when
 * user memory is pinned.
 *
 * Left of a recording there are targets, probes and workloads ({@linkcode trace}), right of it pure
 * analysis ({@linkcode analyze}): a recording that was made on a test machine is judged anywhere.
 *
 * @example Judge a recording
 * ```ts
 * import { analyze, decodeItems, splitLines } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.open("tests/fixtures/recordings/debian-6.1-2M/recording.jsonl");
 * const report = await analyze(decodeItems(splitLines(file.readable)));
 * assertEquals(report.verdict, "per-page");
 * ```
 *
 * @module
 */

import config from "./deno.json" with { type: "json" };

/** Version of headcount. */
export const VERSION: string = config.version;

export * from "./recording/mod.ts";
export * from "./probes/mod.ts";
export * from "./analysis/mod.ts";
