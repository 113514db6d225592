/**
 * What a guest sees of this machine's files, always read-only: the whole root, or some folders only.
 *
 * @module
 */

import { join, relative, resolve } from "node:path";
import { RequestError } from "../failure.ts";

/** A tree of files that a guest has over 9p. */
export interface Share {
  /** Its name, by which init.sh mounts it. */
  readonly tag: string;
  /** The folder of this machine. */
  readonly path: string;
}

/**
 * What is shared with a guest.
 *
 * @param folders The folders that it sees; absent for the whole root.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sharesOf(undefined), [{ tag: "host", path: "/" }]);
 * assertEquals(sharesOf(["/srv/code"]), [{ tag: "share0", path: "/srv/code" }]);
 * ```
 */
export function sharesOf(folders: readonly string[] | undefined): readonly Share[] {
  return folders?.map((path, i) => ({ tag: `share${i}`, path })) ?? [{ tag: "host", path: "/" }];
}

/**
 * The path under which a guest sees a file or a folder of this machine.
 *
 * @param folders The folders that it sees; absent for the whole root.
 * @throws {RequestError} for what is in none of them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(seenAt("/etc/hosts", undefined), "/run/headcount/host/etc/hosts");
 * assertEquals(seenAt("/srv/code/a.ts", ["/srv/code"]), "/run/headcount/share/0/a.ts");
 * ```
 */
export function seenAt(path: string, folders: readonly string[] | undefined): string {
  // The root is also at a place of its own, where no tmpfs of the guest hides a part of it.
  if (folders === undefined) return join("/run/headcount/host", path);
  for (const [i, folder] of folders.entries()) {
    const below = relative(folder, resolve(path));
    if (below !== ".." && !below.startsWith("../")) {
      return join(`/run/headcount/share/${i}`, below);
    }
  }
  throw new RequestError(
    `The guest cannot have "${path}": with --no-host-root it sees ${
      folders.map((folder) => `"${folder}"`).join(" and ")
    } only; without that option it sees all files of this machine`,
  );
}
