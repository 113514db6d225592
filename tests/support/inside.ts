/** Headcount inside a guest, for which the guest is this machine and which knows of no outside. */

import { assertMatch } from "@std/assert";
import { cacheFolder } from "headcount";
import { bootGuest, type Guest } from "../../probes/guest/guest.ts";
import { findKernel } from "../../probes/guest/kernels.ts";
import { regionBytes } from "../../probes/guest/nvdimm.ts";
import { splitLines } from "../../probes/lines.ts";
import type { Process } from "../../probes/targets/target.ts";
import { ROOT, tracePermissions } from "./cli.ts";
import { guestDeadline } from "./guest.ts";

/** Boots a kernel of Debian's, by default the one that a trace takes by itself. */
export async function bootDebian(
  log: string,
  { kernel, region = regionBytes(2 ** 21, 2 ** 21), cpus = 2 }: {
    kernel?: string;
    region?: number;
    cpus?: number;
  } = {},
): Promise<Guest> {
  const cache = cacheFolder();
  return await bootGuest({
    kernel: await findKernel(cache, kernel, undefined),
    append: "",
    memoryBytes: 2 * 2 ** 30,
    cpus,
    regionBytes: region,
    diskBytes: 2 ** 21,
    cache,
    log,
    signal: guestDeadline(),
    onEvent: () => {},
  });
}

/** Starts headcount there, with the permissions of the task `trace`. */
export async function headcountInside(guest: Guest, words: readonly string[]): Promise<Process> {
  const env = { DENO_DIR: guest.provide(await denoFolder()), HOME: "/tmp", NO_COLOR: "1" };
  return guest.exec([
    // deno does not let a program that it starts inherit this without the permission for all.
    ...["env", "-u", "LD_LIBRARY_PATH", guest.deno],
    ...["run", "--cached-only", "--no-prompt", ...await tracePermissions()],
    ...[guest.provide(`${ROOT}cli.ts`), ...words],
  ], { env });
}

/** Starts what pins the guest's device, of an align of as many bytes, again and again. */
export async function pinAgain(
  guest: Guest,
  bytes: number,
): Promise<Process & { readonly number: number }> {
  const process = guest.exec([
    ...[guest.deno, "run", "--no-config", "--no-lock", "--no-prompt", "--no-remote"],
    ...["--allow-ffi", guest.provide(`${ROOT}tests/support/pinning.ts`)],
    ...["again", "/dev/dax0.0", String(bytes), String(bytes), "/dev/ram0"],
  ], { env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" } });
  const lines = splitLines(process.stdout);
  const { value } = await lines.next();
  assertMatch(String(value), /"ready"/);
  await process.write("go\n");
  return { ...process, number: await process.pid };
}

async function denoFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const info: { readonly denoDir: string } = JSON.parse(new TextDecoder().decode(stdout));
  return info.denoDir;
}
