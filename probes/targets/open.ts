/**
 * The one place that names every transport.
 *
 * @module
 */

import { resolve } from "node:path";
import type { DeviceSummary } from "../../recording/header.ts";
import { exists } from "../cache.ts";
import { fetchBpftrace } from "../debian/bpftrace.ts";
import { createNamespace, GUEST_DEVICE, readDevice } from "../device.ts";
import { RequestError } from "../failure.ts";
import { bootGuest } from "../guest/guest.ts";
import { findKernel } from "../guest/kernels.ts";
import { regionBytes } from "../guest/nvdimm.ts";
import type { ProgressEvent } from "../progress.ts";
import { localObstacle, openLocal } from "./local.ts";
import type { Target } from "./target.ts";

const MIB: number = 1 << 20;
/** Mapping size of a guest's device where none is asked for: a PMD's. */
const GUEST_ALIGN: number = 2 * MIB;

/** A guest with less boots, but bpftrace does not get to its probes (tried with 192 MiB). */
const LEAST_MEMORY: number = 256 * MIB;

/** Where to trace. */
export interface TargetWish {
  /** `auto`: this machine if it can be traced, else a guest. */
  readonly target: "auto" | "local" | "guest";
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
  /** Local: the devdax device, default the first that there is. */
  readonly device?: string;
  /** Guest: mapping size of the device, default 2 MiB. Local: what the device must have. */
  readonly alignBytes?: number;
  /** Path or version of a bpftrace; default the installed one. */
  readonly bpftrace?: string;
  /** Bytes that the workload maps. */
  readonly bytes: number;
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
  /** Whether any memory is traced, so that this machine needs no device; default no. */
  readonly anyMemory?: boolean;
  /** Whether it is for what runs already, which no other machine has; default no. */
  readonly runsAlready?: boolean;
}

/**
 * Opens the target that is wished for; a device is a step of its own, see {@linkcode openDevice}.
 *
 * @param purpose Whether it is to be traced, or only to show its kernel's facts.
 * @throws {RequestError} when the wish cannot be met.
 * @throws {MachineryError} when something that is needed does not work.
 */
export async function openTarget(
  wish: TargetWish,
  purpose: "trace" | "facts" = "trace",
): Promise<Target> {
  const needsDevice = purpose === "trace" && wish.anyMemory !== true;
  const needs = {
    device: wish.device ?? (needsDevice ? "any" : "none"),
    bpftrace: wish.bpftrace === undefined,
  };
  const obstacle = wish.target === "guest" ? undefined : await localObstacle(needs);
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
    const has = needsDevice ? "root, bpftrace and a devdax device" : "root and bpftrace";
    wish.onEvent({ kind: "target", name: "local", why: has });
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
  return await bootGuest({
    ...(bpftrace === undefined ? {} : { bpftrace }),
    kernel: await findKernel(wish.cache, wish.kernel, wish.modules, {
      signal: wish.signal,
      onEvent: wish.onEvent,
    }),
    append: wish.append,
    memoryBytes: wish.memoryBytes,
    cpus: wish.cpus,
    regionBytes: regionBytes(wish.bytes, wish.alignBytes ?? GUEST_ALIGN),
    diskBytes: Math.min(wish.bytes, 64 * MIB),
    cache: wish.cache,
    log: wish.log,
    signal: wish.signal,
    onEvent: wish.onEvent,
  });
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

/** What the device of a guest will be, its pages and its whole size aside. */
export function expectedDevice(wish: Pick<TargetWish, "alignBytes" | "bytes">): DeviceSummary {
  return {
    path: GUEST_DEVICE,
    alignBytes: wish.alignBytes ?? GUEST_ALIGN,
    bytes: wish.bytes,
  };
}

/**
 * Finds the device on a target; in a guest, makes it.
 *
 * @throws {RequestError} when a device of this machine is not as asked for.
 */
export async function openDevice(target: Target, wish: TargetWish): Promise<DeviceSummary> {
  if (target.summary.kind === "guest") {
    await createNamespace(target, wish.alignBytes ?? GUEST_ALIGN);
  }
  const path = target.summary.kind === "guest" ? GUEST_DEVICE : wish.device;
  const device = await readDevice(target, path);
  if (wish.alignBytes !== undefined && device.alignBytes !== wish.alignBytes) {
    throw new RequestError(
      `"${device.path}" has an align of ${device.alignBytes} bytes, not ${wish.alignBytes}; an align is set when the namespace is made`,
    );
  }
  const mapped = Math.ceil(wish.bytes / device.alignBytes) * device.alignBytes;
  if (device.bytes < mapped) {
    throw new RequestError(
      `"${device.path}" has ${device.bytes} bytes, --size ${wish.bytes} needs ${mapped} of them at its align`,
    );
  }
  return device;
}
