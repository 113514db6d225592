/** Tests that boot real guests: skipped, with the reason in their name, where a machine cannot. */

import { cacheFolder } from "headcount";
import { fetchBpftrace } from "../../probes/debian/bpftrace.ts";
import { findKernel } from "../../probes/guest/kernels.ts";
import { ROOT } from "./cli.ts";
import { isFile } from "./test_kernel.ts";

/** What `./setup --check` misses, or undefined on a machine that is set up. */
const missing: string | undefined = await (async () => {
  const { code, stdout } = await new Deno.Command(`${ROOT}setup`, { args: ["--check"] }).output();
  if (code === 0) return undefined;
  const lines = new TextDecoder().decode(stdout).split("\n");
  return lines.find((line) => line.includes("missing"))?.replaceAll(/ +/g, " ") ??
    "./setup was not run";
})();

/** Minutes after which a guest is ended, and those after which a test fails whatever it waits for. */
const GUEST_MINUTES = 8;
const TEST_MINUTES = 12;

/** Aborted when the running test's guests are to end. */
let deadline = new AbortController().signal;

/** What ends a guest of the running test that hangs; give it to whatever boots one. */
export function guestDeadline(): AbortSignal {
  return deadline;
}

/** Runs a test, for as long as it may take: a guest that hangs must not hang all tests. */
async function inTime(fn: () => Promise<void>): Promise<void> {
  const guests = new AbortController();
  deadline = guests.signal;
  const over = Promise.withResolvers<never>();
  const timers = [
    setTimeout(
      () => guests.abort(new Error(`the test's guest is not done in ${GUEST_MINUTES} minutes`)),
      GUEST_MINUTES * 60_000,
    ),
    setTimeout(
      () => over.reject(new Error(`The test is not done in ${TEST_MINUTES} minutes`)),
      TEST_MINUTES * 60_000,
    ),
  ];
  try {
    await Promise.race([fn(), over.promise]);
  } finally {
    timers.forEach(clearTimeout);
  }
}

/** Declares a test that needs a guest. */
export function guestTest(name: string, fn: () => Promise<void>): void {
  if (missing === undefined) Deno.test(name, () => inTime(fn));
  else Deno.test({ name: `${name} (skipped: ${missing})`, ignore: true, fn });
}

/** What keeps a test from having something of Debian's, by its name; undefined for what it has. */
const fetched = new Map<string, Promise<string | undefined>>();

function fetchFor(what: string, fetch: (cache: string) => Promise<unknown>) {
  const known = fetched.get(what);
  if (known !== undefined) return known;
  const tried = (async () => {
    if (missing !== undefined) return missing;
    try {
      await fetch(cacheFolder());
      return undefined;
    } catch (error) {
      return `no ${what}: ${String(error instanceof Error ? error.message : error).slice(0, 200)}`;
    }
  })();
  fetched.set(what, tried);
  return tried;
}

/** Why Debian's kernels, such as `5.10`, cannot be had; undefined where all of them are there. */
export async function lacksKernels(...wishes: readonly string[]): Promise<string | undefined> {
  for (const wish of wishes) {
    const why = await fetchFor(
      `Debian kernel ${wish}`,
      (cache) => findKernel(cache, wish, undefined),
    );
    if (why !== undefined) return why;
  }
}

/** Why a bpftrace of Debian's, such as `0.23`, cannot be had. */
export function lacksBpftrace(wish: string): Promise<string | undefined> {
  return fetchFor(`Debian bpftrace ${wish}`, (cache) => fetchBpftrace(cache, wish));
}

/** Declares a test that needs something; `lack` says what is missing of it, if anything is. */
export function testUnless(
  lack: string | undefined,
  name: string,
  fn: () => Promise<void>,
): void {
  if (lack === undefined) guestTest(name, fn);
  else Deno.test({ name: `${name} (skipped: ${lack})`, ignore: true, fn });
}

/** Declares a test that needs one of the small test kernels, see tests/README.md. */
export function kernelTest(
  kernel: string,
  name: string,
  fn: (image: string) => Promise<void>,
): void {
  const folder = Deno.env.get("HEADCOUNT_TEST_KERNELS");
  const image = `${folder}/${kernel}`;
  const why = folder === undefined
    ? "HEADCOUNT_TEST_KERNELS is not set"
    : isFile(image)
    ? undefined
    : `no ${kernel} in HEADCOUNT_TEST_KERNELS`;
  if (why === undefined) guestTest(name, () => fn(image));
  else Deno.test({ name: `${name} (skipped: ${why})`, ignore: true, fn: () => {} });
}

/**
 * What is left of guests below a folder, which was the `TMPDIR` of whatever booted them: processes
 * of QEMU and the guests' own folders. Other tests have guests of their own at the same time.
 */
export async function leftovers(folder: string): Promise<string[]> {
  const script =
    'pgrep -f "[q]emu-system.*$1" || true; find "$1" -name "headcount-guest-*" 2>/dev/null || true';
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script, "sh", folder] }).output();
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
}

/** Waits, for at most ten seconds, until no guest is left there; returns what still is. */
export async function leftoversAtRest(folder: string): Promise<string[]> {
  let left = await leftovers(folder);
  for (let tries = 0; tries < 100 && left.length > 0; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    left = await leftovers(folder);
  }
  return left;
}
