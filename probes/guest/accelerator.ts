/**
 * KVM or emulation.
 *
 * A /dev/kvm that opens, and even one that runs a few instructions, can still hang a guest (seen on
 * a nested host): so KVM is tried by booting, with a time limit, and a host on which it failed is
 * remembered until its next boot.
 *
 * @module
 */

import { join } from "node:path";
import { runProgram } from "../command.ts";

/** How long an accelerator gets to prove itself. */
export interface BootLimits {
  /** Seconds until the kernel's first line. */
  readonly firstLineSeconds: number;
  /** Seconds from then on until the guest takes commands. */
  readonly readySeconds: number;
}

/** A guest that takes longer under KVM hangs: under emulation it takes 5 s in all. */
export const KVM_LIMITS: BootLimits = { firstLineSeconds: 3, readySeconds: 20 };

/** Whether KVM is worth a try. */
export type KvmProspect =
  | { readonly kind: "try" }
  | { readonly kind: "no"; readonly why: string };

/** Looks whether /dev/kvm is there and was not seen to fail since the host's boot. */
export async function kvmProspect(cache: string): Promise<KvmProspect> {
  try {
    // Deno does not open device nodes without the permission for everything; a shell may.
    await runProgram("Looking for KVM", ["sh", "-c", "test -r /dev/kvm && test -w /dev/kvm"]);
  } catch {
    return { kind: "no", why: "there is no /dev/kvm that may be used" };
  }
  try {
    const failed: unknown = JSON.parse(await Deno.readTextFile(memo(cache)));
    if (isFailure(failed) && failed.boot === await bootId()) {
      return { kind: "no", why: `${failed.why} (seen since this host's boot)` };
    }
  } catch {
    // No memory of a failure, or an unreadable one: try.
  }
  return { kind: "try" };
}

/** Remembers that KVM failed here, so that the next run does not wait for it. */
export async function rememberKvmFailure(cache: string, why: string): Promise<void> {
  await Deno.mkdir(cache, { recursive: true });
  await Deno.writeTextFile(memo(cache), JSON.stringify({ boot: await bootId(), why }));
}

function memo(cache: string): string {
  return join(cache, "kvm-failed.json");
}

async function bootId(): Promise<string> {
  const id = await runProgram("Reading the boot id", ["cat", "/proc/sys/kernel/random/boot_id"]);
  return new TextDecoder().decode(id).trim();
}

function isFailure(value: unknown): value is { boot: string; why: string } {
  return typeof value === "object" && value !== null && "boot" in value && "why" in value &&
    typeof value.boot === "string" && typeof value.why === "string";
}
