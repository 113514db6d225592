/**
 * Judging the machine that headcount itself runs on: its programs and its disks.
 *
 * @module
 */

import { dirname } from "node:path";
import { mebibytes } from "../bytes.ts";
import { exists } from "../cache.ts";
import { findProgram, runProgram } from "../command.ts";
import { MachineryError } from "../failure.ts";
import { type KvmProspect, kvmProspect } from "../guest/accelerator.ts";
import { QEMU } from "../guest/qemu.ts";
import { amiss, type Check, ok } from "./check.ts";

const MIB: number = 1 << 20;

/** A folder that a trace writes to. */
export interface FolderFacts {
  /** What is written there. */
  readonly name: string;
  /** The folder, or the nearest above that is there. */
  readonly path: string;
  readonly writable: boolean;
  readonly freeBytes: number;
}

/** What it shows. */
export interface HostFacts {
  readonly folders: readonly FolderFacts[];
  /** What a guest needs of it; absent where none is to be booted. */
  readonly guest?: GuestHostFacts;
}

/** What a guest needs. */
export interface GuestHostFacts {
  /** Version of QEMU; empty for none. */
  readonly qemu: string;
  /** Programs that are not there. */
  readonly missing: readonly string[];
  readonly kvm: KvmProspect;
}

/** Programs that every boot takes, and those that only the first of a kernel takes. */
const EVERY_BOOT: readonly string[] = ["bpftrace", "ndctl", "busybox", "ldd"];
const FIRST_BOOT: readonly string[] = ["cpio", "mke2fs", "gzip", "xz", "zstd"];

/** What is looked at. */
export interface HostWish {
  /** Folders by what is written there. */
  readonly folders: Readonly<Record<string, string>>;
  /** Folder of the cache, where a guest is to be booted. */
  readonly cache?: string;
}

/** Reads it. */
export async function readHostFacts({ folders, cache }: HostWish): Promise<HostFacts> {
  return {
    folders: await Promise.all(
      Object.entries(folders).map(([name, path]) => readFolder(name, path)),
    ),
    ...(cache === undefined ? {} : { guest: await readGuestHost(cache) }),
  };
}

async function readFolder(name: string, wanted: string): Promise<FolderFacts> {
  let path = wanted;
  while (!(await exists(path)) && dirname(path) !== path) path = dirname(path);
  // df without its head: blocks, used and free in KiB, in lines that are not broken.
  const script = 'df -Pk "$0" | tail -n 1; test -w "$0" && echo writable';
  const printed = await runProgram(`Looking at "${path}"`, ["sh", "-c", `${script}; true`, path]);
  const [line = "", writable] = new TextDecoder().decode(printed).trim().split("\n");
  const kib = Number(/\s(\d+)\s+\d+%/.exec(line)?.[1] ?? NaN);
  return { name, path, writable: writable !== undefined, freeBytes: kib * 1024 };
}

async function readGuestHost(cache: string): Promise<GuestHostFacts> {
  const names = [QEMU, ...EVERY_BOOT, ...FIRST_BOOT];
  const there = await Promise.all(names.map(async (name) => {
    try {
      return await findProgram(name);
    } catch (error) {
      if (error instanceof MachineryError) return undefined;
      throw error;
    }
  }));
  const [path] = there;
  return {
    qemu: path === undefined ? "" : await qemuVersion(path),
    missing: names.filter((_, i) => there[i] === undefined),
    kvm: await kvmProspect(cache),
  };
}

async function qemuVersion(path: string): Promise<string> {
  try {
    const printed = await runProgram("Asking QEMU its version", [
      "sh",
      "-c",
      '"$0" --version',
      path,
    ]);
    return /version (\S+)/.exec(new TextDecoder().decode(printed))?.[1] ?? "unknown";
  } catch (error) {
    if (error instanceof MachineryError) return "";
    throw error;
  }
}

/** All checks of it. */
export function judgeHost({ folders, guest }: HostFacts): readonly Check[] {
  return [
    ...(guest === undefined ? [] : [...judgeGuestHost(guest)]),
    ...folders.map(judgeFolder),
  ];
}

function* judgeGuestHost({ qemu, missing, kvm }: GuestHostFacts): Generator<Check> {
  const setup = '"./setup" installs it';
  yield qemu === ""
    ? amiss("QEMU", "fail", `${QEMU} is not there, or does not run`, setup)
    : ok("QEMU", qemu);
  // Whether it works is seen when the guest has booted.
  yield kvm.kind === "try" ? ok("KVM", "/dev/kvm can be used") : emulated(kvm.why);
  const always = missing.filter((name) => EVERY_BOOT.includes(name));
  const once = missing.filter((name) => FIRST_BOOT.includes(name));
  const name = "programs";
  if (always.length > 0) {
    yield amiss(name, "fail", `not there: ${[...always, ...once].join(", ")}`, setup);
  } else if (once.length > 0) {
    const what = `not there: ${once.join(", ")}, for what is not in the cache yet`;
    yield amiss(name, "warn", what, setup);
  } else yield ok(name, [...EVERY_BOOT, ...FIRST_BOOT].join(", "));
}

/** The check of an accelerator that is not KVM. */
export function emulated(why: string): Check {
  return amiss(
    "KVM",
    "warn",
    `the guest is emulated: ${why}`,
    "counts and verdicts are the same; for times, a machine with KVM, or one to be traced itself",
  );
}

/** Less than this is not enough for what is written there. */
const LEAST: Readonly<Record<string, number>> = { TMPDIR: 16 * MIB, recordings: MIB };
/** With less, a large trace, or a kernel that is to be fetched, may not fit. */
const COMFORT: number = 512 * MIB;

/** Whether a folder has room. */
export function judgeFolder({ name, path, writable, freeBytes }: FolderFacts): Check {
  const found = `${path}: ${mebibytes(freeBytes)} free`;
  const other = {
    TMPDIR: "TMPDIR=FOLDER takes another",
    cache: "XDG_CACHE_HOME=FOLDER takes another",
    recordings: "--out FOLDER takes another",
  }[name] ?? "take another folder";
  const least = LEAST[name];
  if (!writable) {
    // What is in the cache already need not be written.
    return amiss(name, name === "cache" ? "warn" : "fail", `${path} cannot be written to`, other);
  }
  if (least !== undefined && freeBytes < least) return amiss(name, "fail", found, other);
  return freeBytes < COMFORT
    ? amiss(name, "warn", `${found}, which may be too little`, other)
    : ok(name, found);
}
