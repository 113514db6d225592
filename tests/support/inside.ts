/** Headcount inside a guest, for which the guest is this machine and which knows of no outside. */

import { cacheFolder } from "headcount";
import { bootGuest, type Guest } from "../../probes/guest/guest.ts";
import { findKernel } from "../../probes/guest/kernels.ts";
import { regionBytes } from "../../probes/guest/nvdimm.ts";
import type { Process } from "../../probes/targets/target.ts";
import { ROOT, tracePermissions } from "./cli.ts";
import { guestDeadline } from "./guest.ts";

/** Boots the kernel that a trace takes by itself. */
export async function bootDebian(
  log: string,
  { region = regionBytes(2 ** 21, 2 ** 21), cpus = 2 }: { region?: number; cpus?: number } = {},
): Promise<Guest> {
  const cache = cacheFolder();
  return await bootGuest({
    kernel: await findKernel(cache, undefined, undefined),
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

async function denoFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const info: { readonly denoDir: string } = JSON.parse(new TextDecoder().decode(stdout));
  return info.denoDir;
}
