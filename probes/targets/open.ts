/**
 * The one place that names every transport.
 *
 * @module
 */

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { MemorySummary } from "../../recording/header.ts";
import { abortable } from "../abortable.ts";
import { exists } from "../cache.ts";
import { fetchBpftrace } from "../debian/bpftrace.ts";
import { RequestError } from "../failure.ts";
import { bootGuest } from "../guest/guest.ts";
import { findKernel } from "../guest/kernels.ts";
import { regionBytes } from "../guest/nvdimm.ts";
import { DEVDAX, guestNeeds } from "../memory/kinds.ts";
import { GUEST_ALIGN } from "../memory/open.ts";
import type { ProgressEvent } from "../progress.ts";
import { SshTarget } from "../ssh/ssh.ts";
import { localObstacle, openLocal } from "./local.ts";
import { type MachineNeeds, readObstacle } from "./machine.ts";
import { hostOf, isSshName, type SshName, type TargetName } from "./name.ts";
import type { Target } from "./target.ts";

const MIB: number = 1 << 20;
/** A guest with less boots, but bpftrace does not get to its probes (tried with 192 MiB). */
const LEAST_MEMORY: number = 256 * MIB;

/** Where to trace. */
export interface TargetWish {
  /** `auto`: this machine if it can be traced, else a guest. */
  readonly target: "auto" | TargetName;
  /** Guest: a bzImage, or a kernel of Debian's such as `6.1`, which is the default. */
  readonly kernel?: string;
  /** Guest: modules folder of that kernel. */
  readonly modules?: string;
  /** Guest: end of the kernel's command line. */
  readonly append: string;
  /** Guest: bytes of memory. */
  readonly memoryBytes: number;
  /** Guest: processors. */
  readonly cpus: number;
  /**
   * Guest: folders of this machine that it sees read-only, beside headcount's own code, and nothing else
   * of it; absent for the whole root.
   */
  readonly shares?: readonly string[];
  /** Local, ssh: the devdax device, default the first that there is. */
  readonly device?: string;
  /** Guest: mapping size of the device, default 2 MiB. Elsewhere: what the device must have. */
  readonly alignBytes?: number;
  /** Path or version of a bpftrace, by ssh a path there; default the installed one. */
  readonly bpftrace?: string;
  /** Bytes that the workload maps. */
  readonly bytes: number;
  /** The memory that it maps; by default a devdax device's. */
  readonly memory?: MemorySummary;
  /** Folder of the cache. */
  readonly cache: string;
  /** File for a guest's console. */
  readonly log: string;
  /** Ends it, in whatever phase it is. */
  readonly signal: AbortSignal;
  /** Told of every step. */
  readonly onEvent: (event: ProgressEvent) => void;
  /** Whether the page_ref tracepoints are counted where the kernel has them; default yes. */
  readonly pageRef?: boolean;
  /** Whether calls tell the pages that they handed back; default no. */
  readonly checkPages?: boolean;
  /** Whether any memory is traced, so that this machine needs no device; default no. */
  readonly anyMemory?: boolean;
  /** Whether it is for what runs already, which no other machine has; default no. */
  readonly runsAlready?: boolean;
}

/** What a target is opened for: to be traced, only to show its kernel's facts, or whatever it can. */
type Purpose = "trace" | "facts" | "look";

/**
 * Opens the target that is wished for; its memory is a step of its own, see memory/open.ts.
 *
 * @param memories The memory that it is to have, by default what the wish says: of several kinds, one
 * after the other.
 * @throws {RequestError} when the wish cannot be met.
 * @throws {MachineryError} when something that is needed does not work.
 */
export async function openTarget(
  wish: TargetWish,
  purpose: Purpose = "trace",
  memories: readonly MemorySummary[] = [wish.memory ?? DEVDAX],
): Promise<Target> {
  const ofDevice = purpose === "trace" && wish.anyMemory !== true &&
    memories.some(({ kind }) => kind === "devdax");
  const needs = {
    device: wish.device ?? (ofDevice ? "any" : "none"),
    bpftrace: wish.bpftrace === undefined ? "bpftrace" : "none",
  };
  checkShares(wish);
  if (isSshName(wish.target)) return await openFar(wish.target, wish, purpose, needs);
  const obstacle = wish.target === "guest" || purpose === "look"
    ? undefined
    : await localObstacle(needs);
  const local = wish.target === "local" || wish.device !== undefined ||
    (wish.target === "auto" && obstacle === undefined);
  if (local) {
    if (wish.target === "guest") {
      throw new RequestError(
        `--device "${wish.device}" is a device of this machine: it cannot be used with --target guest`,
      );
    }
    if (obstacle !== undefined) {
      const way = wish.runsAlready === true
        ? "nothing that runs on it can be observed"
        : "--target guest boots one that can";
      throw new RequestError(`This machine cannot be traced: ${obstacle}; ${way}`);
    }
    const has = ofDevice ? "root, bpftrace and a devdax device" : "root and bpftrace";
    if (purpose !== "look") wish.onEvent({ kind: "target", name: "local", why: has });
    return await openLocal(await findBpftrace(wish));
  }
  if (wish.memoryBytes < LEAST_MEMORY) {
    throw new RequestError(
      `A guest of ${wish.memoryBytes} bytes of memory is too small for bpftrace; --memory 256M is the least`,
    );
  }
  wish.onEvent({
    kind: "target",
    name: "guest",
    why: obstacle === undefined ? "asked for" : `not this machine: ${obstacle}`,
  });
  const bpftrace = await findBpftrace(wish);
  const more = guestNeeds(memories, wish.bytes);
  return await bootGuest({
    ...(bpftrace === undefined ? {} : { bpftrace }),
    ...(wish.shares === undefined ? {} : { shares: [OWN_CODE, ...wish.shares] }),
    kernel: await findKernel(wish.cache, wish.kernel, wish.modules, {
      signal: wish.signal,
      onEvent: wish.onEvent,
    }),
    append: [more.commandLine, wish.append].filter((text) => text !== "").join(" "),
    memoryBytes: wish.memoryBytes + more.memoryBytes,
    cpus: wish.cpus,
    regionBytes: regionBytes(wish.bytes + more.deviceBytes, wish.alignBytes ?? GUEST_ALIGN),
    diskBytes: Math.min(wish.bytes, 64 * MIB),
    cache: wish.cache,
    log: wish.log,
    signal: wish.signal,
    onEvent: wish.onEvent,
  });
}

/** The folder of headcount's own code of which guests run some. */
const OWN_CODE: string = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/** Whether a guest can do without what it is not to see. */
function checkShares({ shares, target, bpftrace }: TargetWish): void {
  if (shares === undefined) return;
  if (target !== "guest") {
    throw new RequestError(
      `--no-host-root is of a guest, which --target guest boots: "${target}" has no root but its own`,
    );
  }
  if (bpftrace !== undefined) {
    throw new RequestError(
      `--bpftrace "${bpftrace}" and --no-host-root contradict each other: that program is a file of this machine, of which the guest sees none; give one of the two`,
    );
  }
}

/** Another machine, if it can be traced. */
async function openFar(
  name: SshName,
  wish: TargetWish,
  purpose: Purpose,
  needs: MachineNeeds,
): Promise<Target> {
  const { bpftrace = "bpftrace", kernel, modules, append, signal } = wish;
  if (kernel !== undefined || modules !== undefined || append !== "") {
    throw new RequestError(
      `--kernel, --modules and --append are of a guest: "${name}" is traced with the kernel that runs there`,
    );
  }
  if (wish.bpftrace !== undefined && !bpftrace.startsWith("/")) {
    throw new RequestError(
      `--bpftrace "${bpftrace}" is fetched for this machine and its guests: for "${name}" give the path of one there`,
    );
  }
  const target = await SshTarget.open(hostOf(name), wish.bpftrace, signal);
  try {
    const obstacle = purpose === "look"
      ? undefined
      : await abortable(readObstacle(target, { ...needs, bpftrace }), signal);
    if (obstacle !== undefined) throw new RequestError(`"${name}" cannot be traced: ${obstacle}`);
    const has = needs.device === "none" ? "" : ", and a devdax device";
    wish.onEvent({ kind: "target", name, why: `root, ${bpftrace}${has}` });
    return target;
  } catch (error) {
    await target[Symbol.asyncDispose]();
    throw error;
  }
}

/** Path of the bpftrace that is wished for; undefined for the installed one. */
async function findBpftrace(wish: TargetWish): Promise<string | undefined> {
  const { bpftrace } = wish;
  if (bpftrace === undefined) return undefined;
  if (!bpftrace.includes("/")) {
    const { cache, signal, onEvent } = wish;
    return (await fetchBpftrace(cache, bpftrace, { signal, onEvent })).program;
  }
  if (!(await exists(bpftrace))) {
    throw new RequestError(`Cannot use --bpftrace "${bpftrace}": there is no such file`);
  }
  return resolve(bpftrace);
}
