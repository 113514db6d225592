/**
 * Names of targets.
 *
 * @module
 */

import { RequestError } from "../failure.ts";

/** A target that is reached by ssh: `ssh:HOST`, or an address of the form `ssh://USER@HOST:PORT`. */
export type SshName = `ssh:${string}`;

/** This machine, a guest of headcount's own, or another machine. */
export type TargetName = "local" | "guest" | SshName;

/**
 * Whether a target is reached by ssh.
 *
 * @example
 * ```ts
 * import { isSshName } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(["guest", "ssh:box"].map(isSshName), [false, true]);
 * ```
 */
export function isSshName(name: string): name is SshName {
  return name.startsWith("ssh:");
}

/**
 * What ssh is told to connect to.
 *
 * @throws {RequestError} for what ssh would take for an option, or for no host.
 *
 * @example
 * ```ts
 * import { hostOf } from "headcount";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(hostOf("ssh:root@box"), "root@box");
 * assertEquals(hostOf("ssh://root@box:2222"), "ssh://root@box:2222");
 * assertThrows(() => hostOf("ssh:-oProxyCommand=reboot"), RangeError, 'begins with "-"');
 * ```
 */
export function hostOf(name: SshName): string {
  const host = name.startsWith("ssh://") ? name : name.slice("ssh:".length);
  const refuse = (why: string): never => {
    throw new RequestError(
      `Cannot use "${name}" as a target: ${why}; give ssh:HOST, as ssh or its configuration knows it`,
    );
  };
  if (host === "" || host === "ssh://") refuse("it names no host");
  if (host.startsWith("-")) refuse('its host begins with "-"');
  if (/[\s\p{Cc}]/u.test(host)) refuse("its host has blanks or control characters");
  return host;
}
