/**
 * The repeats of `gup-test` in one thread.
 *
 * @module
 */

import {
  decodeGup,
  encodeGup,
  GUP_ABIS,
  type GupAbi,
  type GupQuestion,
  gupRequest,
} from "./gup_test_abi.ts";
import type { GupCommand } from "./gup_test_options.ts";
import { errno, fail, failure, O_RDWR, open, quit, say } from "./libc.ts";

const EINVAL = 22;

const libc = Deno.dlopen("libc.so.6", {
  ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
});

/** The benchmark, opened. */
export interface OpenGup {
  readonly fd: number;
  readonly abi: GupAbi;
}

/** Opens the benchmark, or ends the workload. */
export function openGup(file: string, command: GupCommand): OpenGup {
  const fd = open(file, O_RDWR);
  const nothing = { address: 0n, bytes: 0, pagesPerCall: 1, write: false };
  for (const abi of GUP_ABIS.filter((abi) => abi.file === file)) {
    // Asked for nothing, it does nothing; a struct of another size is refused.
    const request = gupRequest(abi, command);
    if (libc.symbols.ioctl(fd, request, encodeGup(abi.structBytes, nothing)) === 0) {
      return { fd, abi };
    }
    if (errno() !== EINVAL) fail(`Cannot ask "${file}"`);
  }
  return quit(`"${file}" has a struct that is not known`, 1);
}

/** What a thread is to do. It is handed over as a message. */
export interface GupJob extends OpenGup, GupQuestion {
  readonly command: GupCommand;
  readonly repeats: number;
}

/**
 * Takes all of the memory and puts it again, as often as asked for, and says so each time.
 *
 * @returns Bytes that were taken.
 * @throws {Error} when the kernel refuses.
 */
export function runRepeats(job: GupJob, thread: number): number {
  const { fd, abi, command, repeats, address, bytes } = job;
  const request = gupRequest(abi, command);
  let taken = 0;
  for (let repeat = 1; repeat <= repeats; repeat++) {
    const struct = encodeGup(abi.structBytes, job);
    const isDone = libc.symbols.ioctl(fd, request, struct) === 0;
    const error = isDone ? 0 : errno();
    const { bytes: result, ...times } = decodeGup(struct);
    say({
      step: "repeat",
      name: command,
      repeat,
      thread,
      address: `0x${address.toString(16)}`,
      bytes,
      ...(isDone ? { result, ...times } : { result: -error }),
    });
    if (!isDone) throw new Error(failure(`Cannot ${command} ${bytes} bytes by "${abi.file}"`));
    taken += result;
  }
  return taken;
}
