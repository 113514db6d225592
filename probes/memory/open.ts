/**
 * The one place that names every kind of memory: each is prepared on the target, and told to workloads
 * as a device is.
 *
 * @module
 */

import type { DeviceSummary, MemorySummary } from "../../recording/header.ts";
import { abortable } from "../abortable.ts";
import { createNamespace, GUEST_DEVICE, type MemoryMap, readDevice, readMap } from "../device.ts";
import { RequestError } from "../failure.ts";
import { collect, type Target } from "../targets/target.ts";
import { openFsdax, openTmpfs } from "./files.ts";
import { fillPool } from "./hugetlb.ts";
import { LEAF_BYTES } from "./kinds.ts";

/** Mapping size of a guest's device where none is asked for: a PMD's. */
export const GUEST_ALIGN: number = 2 << 20;

/** What memory is prepared. */
export interface MemoryWish {
  readonly memory: MemorySummary;
  /** Bytes that the workload maps. */
  readonly bytes: number;
  /** Devdax: mapping size, in a guest default 2 MiB, elsewhere what the device must have. */
  readonly alignBytes?: number;
  /** Devdax on this machine: the device, default the first that there is. */
  readonly device?: string;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Memory that is being prepared. Disposing of it takes away what was made for it. */
export interface OpenMemory extends AsyncDisposable {
  /** What a workload can be told of it while it is being prepared: its pfn and size aside. */
  readonly expected: DeviceSummary;
  /** Whose memory it is: a device, or what stands in its place. Settles when it is there. */
  readonly device: Promise<DeviceSummary>;
  /** What memory it is. */
  readonly memory: Promise<MemorySummary>;
}

/**
 * Prepares memory. Nothing but a guest's devdax device takes long enough not to be waited for.
 *
 * @throws {RequestError} when the wish cannot be met.
 * @throws {MachineryError} when the kernel lacks something.
 */
export async function openMemory(target: Target, wish: MemoryWish): Promise<OpenMemory> {
  const { memory, bytes, signal } = wish;
  switch (memory.kind) {
    case "devdax": {
      const device = abortable(openDevice(target, wish), signal);
      const found = device.then((device) => findMap(target, device, memory.map));
      found.catch(() => {});
      const expected = target.summary.kind === "guest" ? expectedDevice(wish) : await device;
      return { expected, device, memory: found, [Symbol.asyncDispose]: nothing };
    }
    case "anon":
      return there(memory, anonymous(memory.kind, bytes), nothing);
    case "thp":
      await findAdvice(target);
      return there(memory, anonymous(memory.kind, bytes), nothing);
    case "hugetlb-2M":
    case "hugetlb-1G": {
      const leafBytes = LEAF_BYTES[memory.kind];
      const pages = Math.ceil(bytes / leafBytes);
      const pool = await abortable(fillPool(target, leafBytes, pages), signal);
      return there(memory, anonymous(memory.kind, bytes), () => pool[Symbol.asyncDispose]());
    }
    case "tmpfs":
    case "tmpfs-huge": {
      const file = await abortable(openTmpfs(target, LEAF_BYTES[memory.kind], bytes), signal);
      return there(memory, file.device, () => file[Symbol.asyncDispose]());
    }
    case "fsdax": {
      const { map = "dev" } = memory;
      const file = await abortable(openFsdax(target, map, bytes), signal);
      return there({ ...memory, map }, file.device, () => file[Symbol.asyncDispose]());
    }
  }
}

/**
 * Finds the devdax device on a target; in a guest, makes it.
 *
 * @throws {RequestError} when a device of this machine is not as asked for.
 */
export async function openDevice(
  target: Target,
  { memory, alignBytes, bytes, device: path }: Partial<MemoryWish> & Pick<MemoryWish, "bytes">,
): Promise<DeviceSummary> {
  const isGuest = target.summary.kind === "guest";
  if (isGuest) {
    const { map = "dev" } = memory ?? {};
    await createNamespace(target, { mode: "devdax", alignBytes: alignBytes ?? GUEST_ALIGN, map });
  }
  const device = await readDevice(target, isGuest ? GUEST_DEVICE : path);
  if (alignBytes !== undefined && device.alignBytes !== alignBytes) {
    throw new RequestError(
      `"${device.path}" has an align of ${device.alignBytes} bytes, not ${alignBytes}; an align is set when the namespace is made`,
    );
  }
  const mapped = Math.ceil(bytes / device.alignBytes) * device.alignBytes;
  if (device.bytes < mapped) {
    throw new RequestError(
      `"${device.path}" has ${device.bytes} bytes, --size ${bytes} needs ${mapped} of them at its align`,
    );
  }
  return device;
}

/** What memory a device's is, by where its struct pages turn out to be. */
async function findMap(
  target: Target,
  { path }: DeviceSummary,
  wanted: MemoryMap | undefined,
): Promise<MemorySummary> {
  const map = await readMap(target, path);
  if (wanted !== undefined && map !== wanted) {
    const found = map === undefined ? "where ndctl does not tell" : `as --map ${map} puts them`;
    throw new RequestError(
      `"${path}" has its struct pages ${found}, not as --map ${wanted} does; that is set when the namespace is made`,
    );
  }
  return { kind: "devdax", ...(map === undefined ? {} : { map }) };
}

/** What the device of a guest will be, its pages and its whole size aside. */
function expectedDevice({ alignBytes, bytes }: MemoryWish): DeviceSummary {
  return { path: GUEST_DEVICE, alignBytes: alignBytes ?? GUEST_ALIGN, bytes };
}

/** Memory that a workload has for the asking. */
function anonymous(kind: keyof typeof LEAF_BYTES, bytes: number): DeviceSummary {
  return { path: kind, alignBytes: LEAF_BYTES[kind], bytes };
}

function there(
  memory: MemorySummary,
  device: DeviceSummary,
  dispose: () => PromiseLike<void>,
): OpenMemory {
  return {
    expected: device,
    device: Promise.resolve(device),
    memory: Promise.resolve(memory),
    [Symbol.asyncDispose]: dispose,
  };
}

function nothing(): Promise<void> {
  return Promise.resolve();
}

/** Makes sure that the kernel goes by the advice for transparent huge pages. */
async function findAdvice(target: Target): Promise<void> {
  const file = "/sys/kernel/mm/transparent_hugepage/enabled";
  const { stdout } = await collect(target.exec(["cat", file]));
  const text = new TextDecoder().decode(stdout).trim();
  if (/\[(always|madvise)\]/.test(text)) return;
  throw new RequestError(
    text === ""
      ? "There are no transparent huge pages: the kernel has no CONFIG_TRANSPARENT_HUGEPAGE"
      : `Transparent huge pages are switched off ("${text}"); echo madvise >${file} switches them on`,
  );
}
