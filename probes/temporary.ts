/**
 * Folders for what is needed only for a while.
 *
 * @module
 */

import { MachineryError } from "./failure.ts";

/**
 * Makes one, in the folder that `TMPDIR` names.
 *
 * @param purpose What it is for, such as `the guest`.
 * @throws {MachineryError} when it cannot be made.
 */
export async function makeTemporaryFolder(purpose: string, prefix: string): Promise<string> {
  try {
    return await Deno.makeTempDir({ prefix });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new MachineryError(
      `Cannot make a temporary folder for ${purpose}: ${why}; TMPDIR takes another folder`,
    );
  }
}
