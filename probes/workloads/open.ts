/**
 * The one place that names every workload's program.
 *
 * @module
 */

import type { DeviceSummary } from "../../recording/header.ts";
import { RequestError } from "../failure.ts";
import type { Target } from "../targets/target.ts";
import { openDisk } from "./disk.ts";
import { gupTestBinaryCommand } from "./gup_test_binary.ts";
import { fileAsDevice, findBenchmark, gupTestCommand } from "./gup_test_command.ts";
import { isOwn, ownCommand } from "./own.ts";
import { pieceCommand } from "./piece_command.ts";
import type { WorkloadCommand } from "./program.ts";
import type { WorkloadWish } from "./workload.ts";

/** A workload that can be started. Disposing of it takes away what was made for it. */
export interface OpenWorkload extends AsyncDisposable {
  readonly command: WorkloadCommand;
  /** Whose memory it takes; absent where that may be any. */
  readonly device: DeviceSummary | undefined;
}

/**
 * Makes sure that a target has what a workload needs.
 *
 * @throws {RequestError} when the wish cannot be met.
 * @throws {MachineryError} when the kernel lacks something.
 */
export async function openWorkload(
  target: Target,
  device: DeviceSummary | undefined,
  wish: WorkloadWish,
  bytes: number,
): Promise<OpenWorkload> {
  if (isOwn(wish)) {
    return {
      command: await ownCommand(target, wish),
      device,
      async [Symbol.asyncDispose](): Promise<void> {},
    };
  }
  if (device === undefined) throw new RequestError(`${wish.kind} needs a devdax device`);
  if (wish.kind !== "gup-test") {
    const disk = wish.kind === "direct-io" ? await openDisk(target, bytes) : undefined;
    return {
      command: pieceCommand(target, wish, device, bytes),
      device,
      [Symbol.asyncDispose]: async () => await disk?.[Symbol.asyncDispose](),
    };
  }
  const { memory } = wish;
  const benchmark = await findBenchmark(target);
  const taken = memory.kind === "device" ? device : await fileAsDevice(target, memory, bytes);
  return {
    command: wish.binary === undefined
      ? gupTestCommand(target, wish, benchmark, taken, bytes)
      : await gupTestBinaryCommand(target, wish, wish.binary, taken, bytes),
    device: taken,
    async [Symbol.asyncDispose](): Promise<void> {},
  };
}
