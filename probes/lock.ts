/**
 * Folders that one headcount at a time changes.
 *
 * @module
 */

import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** How a folder is locked. */
export interface LockOptions {
  /** Whether others are kept from reading too; only one can hold such a lock. */
  readonly exclusive: boolean;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
  /** Called once when another holds the lock. */
  readonly onWait?: () => void;
}

const LOCK_FILE = ".lock";
const RETRY_MS = 100;

/**
 * Holds the lock of a folder, which is made if it is not there, while `work` runs. The kernel
 * releases it however headcount ends; programs that headcount starts do not inherit it.
 */
export async function withLock<T>(
  folder: string,
  options: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  await Deno.mkdir(folder, { recursive: true });
  using file = await Deno.open(join(folder, LOCK_FILE), { create: true, write: true });
  // Waiting inside lock() could not be ended by a signal.
  for (let tries = 0; !(await file.tryLock(options.exclusive)); tries++) {
    if (tries === 0) options.onWait?.();
    await delay(RETRY_MS);
    options.signal?.throwIfAborted();
  }
  return await work();
}
