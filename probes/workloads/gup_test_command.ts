/**
 * How the workload `gup-test` is started on a target.
 *
 * @module
 */

import type { DeviceSummary } from "../../recording/header.ts";
import { LackError, MachineryError, RequestError } from "../failure.ts";
import { collect, readText, type Target } from "../targets/target.ts";
import { GUP_ABIS } from "./gup_test_abi.ts";
import { type GupMemory, type GupTestWish, gupTestWords } from "./gup_test_options.ts";
import { programCommand, type WorkloadCommand } from "./program.ts";
import { takingOfCommand } from "./taking.ts";

const PAGE_BYTES = 4096;
/** Bytes of a transparent huge page on x86-64. */
const THP_BYTES: number = 2 * 1024 ** 2;

/** The command of `gup-test`, which is gup_test_program.ts run by the target's deno. */
export function gupTestCommand(
  target: Target,
  wish: GupTestWish,
  benchmark: string,
  { path, alignBytes }: Pick<DeviceSummary, "path" | "alignBytes">,
  bytes: number,
): WorkloadCommand {
  return programCommand(target, {
    name: wish.kind,
    file: "gup_test_program.ts",
    words: [benchmark, path, String(bytes), String(alignBytes), ...gupTestWords(wish)],
    hasThreads: wish.threads > 1,
    expected: () => takingOfCommand(wish.command),
  });
}

/**
 * Finds the kernel's benchmark.
 *
 * @throws {LackError} when the kernel has none.
 * @throws {MachineryError} when it does not show it.
 */
export async function findBenchmark(target: Target): Promise<string> {
  const files = [...new Set(GUP_ABIS.map(({ file }) => file))];
  const script = 'for file; do [ ! -e "$file" ] || { echo "$file"; exit; }; done; ' +
    "grep -q ' /sys/kernel/debug debugfs ' /proc/mounts && exit 3; exit 4";
  const { code, stdout } = await collect(target.exec(["sh", "-c", script, "sh", ...files]));
  if (code === 0) return new TextDecoder().decode(stdout).trim();
  const cannot = (why: string): string =>
    `Cannot run the workload gup-test: ${why}; --workload direct-io needs none of these`;
  if (code === 3) {
    const lack =
      "the kernel has neither CONFIG_GUP_TEST (5.11 on) nor CONFIG_GUP_BENCHMARK (to 5.10)";
    throw new LackError(cannot(lack));
  }
  throw new MachineryError(
    cannot("debugfs is not mounted; mount -t debugfs none /sys/kernel/debug does it"),
  );
}

/**
 * What a recording is to say of the memory of another file than the device: there is no pfn, and the
 * align is that of its leaf entries, which the workload makes sure of.
 *
 * @throws {RequestError} when there is no such file.
 */
export async function fileAsDevice(
  target: Target,
  { path, pages }: Extract<GupMemory, { kind: "file" }>,
  bytes: number,
): Promise<DeviceSummary> {
  const { code } = await collect(target.exec(["sh", "-c", 'test -e "$0"', path]));
  if (code !== 0) throw new RequestError(`gup-test: there is no file "${path}" on the target`);
  const alignBytes = pages === "hugetlb"
    ? await hugetlbBytes(target)
    : pages === "thp"
    ? THP_BYTES
    : PAGE_BYTES;
  if (bytes % alignBytes !== 0) {
    throw new RequestError(
      `gup-test: ${bytes} bytes are no whole pages of ${alignBytes} bytes, as "-${
        pages === "thp" ? "t" : "H"
      }" takes them`,
    );
  }
  return { path, alignBytes, bytes };
}

/** Bytes of a page of hugetlb, where none is asked for. */
async function hugetlbBytes(target: Target): Promise<number> {
  const text = await readText(target, ["cat", "/proc/meminfo"], "Reading the size of huge pages");
  const kib = /^Hugepagesize:\s+(\d+) kB$/m.exec(text)?.[1];
  if (kib === undefined) {
    throw new MachineryError('Cannot run gup-test with "-H": the kernel has no hugetlb');
  }
  return Number(kib) * 1024;
}
