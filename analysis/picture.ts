/**
 * What of a recording is drawn beside its report: a second pass over the same lines, in bounded memory.
 *
 * @module
 */

import type { CallEvent, WorkloadReady } from "../recording/event.ts";
import type { RecordingLine } from "./analysis.ts";
import { seesUndo } from "./facts.ts";
import { type LeafMap, LeafMapper } from "./leaf_map.ts";
import { pageIndex } from "./leaves.ts";
import { type Timeline, TimelineMaker } from "./timeline.ts";

/** What of a recording is drawn. */
export interface Picture {
  /** Which grab took each page. */
  readonly map: LeafMap;
  /** When calls were made and how long they took. */
  readonly timeline: Timeline;
}

/** A picture of a recording whose lines are still coming. */
export interface PictureMaker {
  /**
   * Takes a line; the header first.
   *
   * @throws {TypeError} where a call comes before it.
   */
  add(line: RecordingLine): void;
  /**
   * The picture, after the last line.
   *
   * @throws {TypeError} where there was no header.
   */
  picture(): Picture;
}

/**
 * Begins to draw a recording. What is drawn is what the report judges: gup-fast calls that succeeded, inside
 * the workload's buffers where it told of any.
 *
 * @example Three grabs, on a kernel that takes a head once in each call
 * ```ts
 * import { decodeItems, splitLines, startPicture } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.open("tests/fixtures/recordings/linux-7.3-2M/recording.jsonl");
 * const maker = startPicture();
 * for await (const line of decodeItems(splitLines(file.readable))) maker.add(line);
 * const { map, timeline } = maker.picture();
 * assertEquals(map.rows.map(({ grabs, calls, heads }) => [grabs, calls, heads]), [[3, 3, 1]]);
 * assertEquals(timeline.calls, 3);
 * ```
 */
export function startPicture(): PictureMaker {
  const timeline = new TimelineMaker();
  const buffers: WorkloadReady[] = [];
  let mapper: LeafMapper | undefined;
  let pageBytes = 4096;
  let isScoped = false;

  function known(): LeafMapper {
    if (mapper === undefined) throw new TypeError("Cannot draw a recording that has no header");
    return mapper;
  }

  function isJudged({ path, address, returned }: CallEvent): boolean {
    if (path === "slow" || returned <= 0) return false;
    if (isScoped) return true;
    const from = pageIndex(address, pageBytes);
    return buffers.some((buffer) => {
      const start = pageIndex(buffer.address, pageBytes);
      return from >= start && from + returned <= start + Math.ceil(buffer.bytes / pageBytes);
    });
  }

  return {
    add: (line) => {
      switch (line.kind) {
        case "header":
          pageBytes = line.kernel.pageBytes;
          mapper = new LeafMapper({
            pageBytes,
            pin: line.plan.flags.pin,
            seesUndo: seesUndo(line.plan.roles),
          });
          isScoped = (line.workload.scope ?? "buffer") !== "buffer";
          return;
        case "workload":
          if (line.report.step === "ready") buffers.push(line.report);
          return;
        case "call":
          if (!isJudged(line)) return known().drop(line);
          timeline.add(line);
          return known().addCall(line);
        case "run":
        case "leaf":
        case "undo":
        case "refused":
        case "pages":
          return known().addPart(line);
        case "put":
          if (line.call !== 0) known().addPart(line);
          return;
      }
    },
    picture: () => ({ map: known().map(), timeline: timeline.timeline() }),
  };
}
