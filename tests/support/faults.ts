/** Faults of the machine that headcount runs on: places without space, or that cannot be written. */

import { finish, type Finished, ROOT, tracePermissions } from "./cli.ts";

/** Whether all faults are tried, many times over: `deno task test:faults` does. */
export const ALL_FAULTS: boolean = Deno.env.get("HEADCOUNT_FAULTS") === "full";

/** Why a file system cannot be mounted for one command; undefined where it can. */
export const lacksMounts: string | undefined = await (async () => {
  const tried = await new Deno.Command("unshare", {
    args: ["-m", "mount", "-t", "tmpfs", "none", "/mnt"],
    stderr: "piped",
  }).output().catch((error) => error instanceof Error ? error.message : String(error));
  if (typeof tried === "string") return tried;
  return tried.success ? undefined : new TextDecoder().decode(tried.stderr).trim();
})();

/** A file system of its own over a folder, seen by one command only. */
export interface Place {
  /** The folder; it must be there. */
  readonly folder: string;
  /** Options of tmpfs, such as `size=64k` or `ro`. */
  readonly options: string;
}

/**
 * Runs a trace that sees a folder as a small or read-only file system, which goes with it.
 *
 * @param after A command of the shell that sees it, too; what it prints follows on standard output.
 */
export async function traceWithin(
  { folder, options }: Place,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  after = "true",
): Promise<Finished> {
  const script =
    'mount -t tmpfs -o "$1" none "$2" && shift 2 && { "$@"; code=$?; eval "$AFTER"; exit $code; }';
  const trace = [
    Deno.execPath(),
    ...["run", ...await tracePermissions(), "cli.ts", "trace", "--quiet", ...args],
  ];
  return await finish(
    new Deno.Command("unshare", {
      args: ["-m", "sh", "-c", script, "sh", options, folder, ...trace],
      cwd: ROOT,
      env: { NO_COLOR: "1", AFTER: after, ...env },
      ...{ stdin: "null", stdout: "piped", stderr: "piped" },
    }).spawn(),
  );
}

/** Waits, for at most a minute, until a file has that many bytes. */
export async function growsTo(path: string, bytes: number): Promise<void> {
  for (let tries = 0; tries < 1200; tries++) {
    const size = await Deno.stat(path).then((info) => info.size, () => 0);
    if (size >= bytes) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`"${path}" did not grow to ${bytes} bytes`);
}
