/**
 * The kernel's own selftest as a workload: a gup_test that somebody built, and what it prints.
 *
 * @module
 */

import type { DeviceSummary } from "../../recording/header.ts";
import type { WorkloadRepeat } from "../../recording/event.ts";
import { RequestError } from "../failure.ts";
import { collect, type Target } from "../targets/target.ts";
import { type GupCommand, type GupTestWish, gupTestWords } from "./gup_test_options.ts";
import type { WorkloadCommand } from "./program.ts";

const MIB: number = 1024 ** 2;

/**
 * The command of a gup_test binary. It does not tell where its memory is, so all of its calls are judged.
 *
 * @throws {RequestError} for a binary that the target cannot run, or bytes that it has no option for.
 */
export async function gupTestBinaryCommand(
  target: Target,
  wish: GupTestWish,
  binary: string,
  { path }: Pick<DeviceSummary, "path">,
  bytes: number,
): Promise<WorkloadCommand> {
  const program = target.provide(binary);
  const { code } = await collect(
    target.exec(["sh", "-c", 'test -f "$0" && test -x "$0"', program]),
  );
  if (code !== 0) throw new RequestError(`Cannot run --gup-test "${binary}": it is no program`);
  if (bytes % MIB !== 0) {
    throw new RequestError(`gup_test takes whole MiB, not ${bytes} bytes: give -m`);
  }
  const { memory, threads, command } = wish;
  const words = [
    ...["-m", String(bytes / MIB), ...gupTestWords(wish)],
    // A devdax device can only be mapped shared.
    ...(memory.kind === "device" ? ["-f", path, "-S"] : []),
  ];
  let lines = 0;
  return {
    name: "gup-test",
    command: [program, ...words],
    told: [binary.replace(/^.*\//, ""), ...words],
    environment: {},
    scope: "command",
    bytes,
    reads: (line) => {
      const told = readGupTestLine(line);
      if (told === undefined) return undefined;
      lines++;
      return {
        step: "repeat",
        name: told.name ?? command,
        repeat: Math.ceil(lines / threads),
        thread: threads === 1 ? 1 : 0,
        bytes,
        result: told.size ?? bytes,
        ...(told.times ?? {}),
      };
    },
  };
}

/** What a line of gup_test tells. */
export interface GupTestLine {
  /** How memory was taken; absent to 5.10, which does not say it. */
  readonly name?: GupCommand;
  /** Nanoseconds of all gets and of all puts, which the kernel counts in whole microseconds. */
  readonly times?: Required<Pick<WorkloadRepeat, "getNs" | "putNs">>;
  /** Bytes that it got through, where these are not all. */
  readonly size?: number;
}

/** Names in its output, and what they are in its options. */
const NAMES: ReadonlyMap<string, GupCommand> = new Map([
  ["GUP_FAST_BENCHMARK", "get-fast"],
  ["PIN_FAST_BENCHMARK", "pin-fast"],
  ["PIN_LONGTERM_BENCHMARK", "pin-longterm"],
  ["GUP_BASIC_TEST", "get-basic"],
  ["PIN_BASIC_TEST", "pin-basic"],
]);

/**
 * A line of the output of gup_test, or of gup_benchmark, as it was called to 5.10. From 6.12 on it is
 * TAP, and each piece that is printed of a line begins with "# ".
 *
 * @returns `undefined` for a line that tells of no repeat.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(readGupTestLine("PIN_FAST_BENCHMARK: Time: get:4217 put:905 us"), {
 *   name: "pin-fast",
 *   times: { getNs: 4217000, putNs: 905000 },
 * });
 * assertEquals(readGupTestLine("Time: get:4217 put:905 us, truncated (size: 4096)")?.size, 4096);
 * assertEquals(readGupTestLine("ok 1 ioctl status 0"), undefined);
 * ```
 */
export function readGupTestLine(line: string): GupTestLine | undefined {
  const found =
    /^(?:# )?(?:(\w+): )?(?:Time: get:(\d+) put:(\d+) us(?:(?:# )?, truncated \(size: (\d+)\))?|done)/
      .exec(line);
  if (found === null) return undefined;
  const [, label = "", get, put, size] = found;
  const name = NAMES.get(label);
  if (get === undefined && name === undefined) return undefined;
  const [getNs, putNs, bytes] = [
    Number(get ?? 0) * 1000,
    Number(put ?? 0) * 1000,
    Number(size ?? 0),
  ];
  // Another program's line, which may look like one of these: no recording holds such numbers.
  if (![getNs, putNs, bytes].every(Number.isSafeInteger)) return undefined;
  return {
    ...(name === undefined ? {} : { name }),
    ...(get === undefined ? {} : { times: { getNs, putNs } }),
    ...(size === undefined ? {} : { size: bytes }),
  };
}
