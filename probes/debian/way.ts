/**
 * This machine's way to Debian: mirrors, settings of the network, and Debian's keys.
 *
 * @module
 */

import { exists } from "../cache.ts";
import { findProgram, runProgram } from "../command.ts";
import { MachineryError } from "../failure.ts";
import { readAcquire } from "./apt_conf.ts";
import { type Mirrors, readMirrors } from "./suites.ts";

/** Where Debian's package debian-archive-keyring has its keys, newer name first. */
const KEYRINGS = ["pgp", "gpg"].map((end) => `/usr/share/keyrings/debian-archive-keyring.${end}`);

/** What the machine tells of its way to Debian. */
export interface Way {
  /** Where the archives are. */
  readonly mirrors: Mirrors;
  /** Settings of the network, see {@linkcode readAcquire}. */
  readonly acquire: readonly string[];
  /** File of the keys that Debian signs with. */
  readonly keyring: string;
}

/**
 * Asks the machine's own apt where Debian is.
 *
 * @throws {MachineryError} when it is no Debian machine, or does not get Debian from anywhere.
 */
export async function findWay(signal: AbortSignal | undefined): Promise<Way> {
  const run = async (...command: [string, ...string[]]): Promise<string> => {
    const env = { LC_ALL: "C" };
    const options = signal === undefined ? { env } : { env, signal };
    const attempt = "Asking apt where Debian's mirrors are";
    return new TextDecoder().decode(await runProgram(attempt, command, options));
  };
  try {
    await findProgram("apt-get");
  } catch (error) {
    if (!(error instanceof MachineryError)) throw error;
    throw unreachable("this machine has no apt-get, it is not Debian");
  }
  const mirrors = readMirrors(await run("apt-get", "update", "--print-uris"));
  if (mirrors === undefined) {
    throw unreachable("none of the sources of this machine's apt is Debian's");
  }
  const found = await Promise.all(KEYRINGS.map(exists));
  const keyring = KEYRINGS.find((_, i) => found[i]);
  if (keyring === undefined) {
    throw unreachable(
      `there is no "${KEYRINGS[0]}" to check its signatures with; install debian-archive-keyring`,
    );
  }
  return { mirrors, keyring, acquire: readAcquire(await run("apt-config", "dump")) };
}

/** Says why the archive cannot be asked. */
export function unreachable(why: string): MachineryError {
  return new MachineryError(`Debian's archive cannot be asked: ${why}`);
}
