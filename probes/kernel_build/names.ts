/**
 * What a kernel is called by what was done to it.
 *
 * @module
 */

import { basename } from "node:path";

/** A release is 64 bytes long at most (UTS_RELEASE in the Makefile), the version included. */
const LONGEST = 40;

/**
 * The end of a kernel's release: that it is headcount's, and what it was patched with.
 *
 * @example
 * ```ts
 * import { localVersion } from "./names.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(localVersion([]), "-headcount");
 * assertEquals(localVersion(["v2/gup once.mbox"]), "-headcount-gup-once");
 * ```
 */
export function localVersion(patchFiles: readonly string[]): string {
  const names = patchFiles.map((path) =>
    basename(path).replace(/\.(mbox|mbx|patch|diff|eml|txt)$/i, "")
      .replaceAll(/[^\w.+]+/g, "-").replaceAll(/^[-.]+|[-.]+$/g, "")
  );
  return ["-headcount", ...names].join("-").slice(0, LONGEST).replace(/[-.]+$/, "");
}
