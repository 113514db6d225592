/**
 * Histograms that bpftrace counted, from what it prints with `-f json`.
 *
 * @module
 */

import { isRecord } from "../recording/check.ts";
import type { Bucket, Histogram } from "./histogram.ts";

/** A histogram of a bpftrace program. */
export interface BpftraceHistogram {
  /** Name of the map, such as `@ns`. */
  readonly name: string;
  /** The key, of a map that has keys: its parts by commas. */
  readonly key?: string;
  /** What was counted. */
  readonly histogram: Histogram;
}

/** Where 0.17 begins the bucket of all that is larger: it takes logarithms of 32 bits. */
const OLD_LIMIT = 2 ** 31;

/** What it prints for that, as an int that has run over. */
const OLD_MIN = -OLD_LIMIT;

/**
 * Reads a line that bpftrace printed with `-f json`: histograms of `hist()` and of `lhist()`. A line that
 * tells of something else, or is the output of a traced command, has none.
 *
 * bpftrace's upper bounds belong to their buckets, those of the model do not. What is below all buckets of
 * an `lhist()`, or negative in a `hist()`, has no lower bound, what is above them no upper one. Bounds that
 * no double holds are in 0.27 text; as powers of two they are exact all the same.
 *
 * @throws {SyntaxError} where such a line is damaged.
 *
 * @example 511, 512 and 513
 * ```ts
 * import { readBpftraceHistograms } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const line = '{"type": "hist", "data": {"@pages": [' +
 *   '{"min": 256, "max": 511, "count": 1}, {"min": 512, "max": 1023, "count": 2}]}}';
 * assertEquals(readBpftraceHistograms(line), [{
 *   name: "@pages",
 *   histogram: [{ lo: 256, hi: 512, count: 1 }, { lo: 512, hi: 1024, count: 2 }],
 * }]);
 * ```
 */
export function readBpftraceHistograms(line: string): readonly BpftraceHistogram[] {
  if (!/^\s*\{\s*"type"\s*:\s*"hist"/.test(line)) return [];
  const message = parse(line);
  if (!isRecord(message) || !isRecord(message["data"])) throw damaged("it has no data");
  return Object.entries(message["data"]).flatMap(([name, value]): BpftraceHistogram[] => {
    if (Array.isArray(value)) return [{ name, histogram: readBuckets(name, value) }];
    if (!isRecord(value)) throw damaged(`"${name}" has no buckets`);
    return Object.entries(value).map(([key, buckets]) => {
      if (!Array.isArray(buckets)) throw damaged(`"${name}[${key}]" has no buckets`);
      return { name, key, histogram: readBuckets(`${name}[${key}]`, buckets) };
    });
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw damaged("its line is cut off, or no JSON");
  }
}

function readBuckets(name: string, values: readonly unknown[]): Histogram {
  const buckets = values.map((value) => readBucket(name, value));
  buckets.forEach(({ lo }, i) => {
    const before = buckets[i - 1];
    if (before !== undefined && before.hi !== lo) {
      throw damaged(`"${name}" has a bucket to ${before.hi}, and the next from ${lo}`);
    }
  });
  return buckets;
}

function readBucket(name: string, value: unknown): Bucket {
  if (!isRecord(value)) throw damaged(`"${name}" has a bucket that is none`);
  const { min, max } = value;
  const count = number(value["count"]);
  const isOldLast = min === OLD_MIN && max === 0;
  const lo = isOldLast ? OLD_LIMIT : min === undefined ? -Infinity : number(min);
  const hi = isOldLast || max === undefined ? Infinity : number(max) + 1;
  if (!(lo < hi) || !Number.isSafeInteger(count) || count < 0) {
    throw damaged(`"${name}" has the bucket ${JSON.stringify(value).slice(0, 200)}`);
  }
  return { lo, hi, count };
}

/** A number, or the text of one; NaN for anything else. */
function number(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : NaN;
}

/** @param why Cut where it holds much of what was damaged. */
function damaged(why: string): SyntaxError {
  return new SyntaxError(`Cannot read bpftrace's histogram: ${why.slice(0, 500)}`);
}
