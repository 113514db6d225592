/**
 * Whether `trace` would run, and if not, why not.
 *
 * @module
 */

import { abortable } from "../abortable.ts";
import { MachineryError, RequestError } from "../failure.ts";
import { openDevice } from "../memory/open.ts";
import { openTarget, type TargetWish } from "../targets/open.ts";
import type { Target } from "../targets/target.ts";
import { amiss, type Check, ok } from "./check.ts";
import { type MachineFacts, readMachineFacts } from "./facts.ts";
import { emulated, type HostWish, judgeHost, readHostFacts } from "./host.ts";
import { judgeMachine } from "./machine.ts";

/** What is looked at. */
export interface DoctorWish extends TargetWish {
  /** Folder that recordings are to be written to. */
  readonly out: string;
  /** Folder of temporary files. */
  readonly temporary: string;
}

/** What was found on one target. */
export interface Diagnosis {
  /** Where. */
  readonly target: string;
  /** Release of its kernel; absent where that was not seen. */
  readonly release?: string;
  /** Whether `trace` would run there. */
  readonly runs: boolean;
  /** Every check. */
  readonly checks: readonly Check[];
}

/**
 * Looks at the target that is wished for: with `auto` at this machine, and at a guest where this machine
 * will not do, as `trace` does. The last one is where it would run.
 *
 * @throws {RequestError} when the wish cannot be met, whatever the target is like.
 */
export async function diagnose(wish: DoctorWish): Promise<readonly Diagnosis[]> {
  const { target } = wish;
  if (target === "guest") return [await diagnoseGuest(wish)];
  const machine = await diagnoseMachine(target === "auto" ? { ...wish, target: "local" } : wish);
  if (target !== "auto" || wish.device !== undefined || machine.runs) return [machine];
  return [machine, await diagnoseGuest({ ...wish, target: "guest" })];
}

/** A machine that is not headcount's own: nothing is changed there. */
async function diagnoseMachine(wish: DoctorWish): Promise<Diagnosis> {
  const host = judgeHost(await readHostFacts(hostWish(wish)));
  await using target = await openTarget(wish, "look");
  wish.onEvent({ kind: "phase", name: "facts" });
  const facts = await abortable(readMachineFacts(target), wish.signal);
  const device = wish.device ?? (isOfDevice(wish) ? "any" : "none");
  const checks = [...judgeMachine(facts, { device, isGuest: false }), ...host];
  return diagnosis(wish.target, checks, facts);
}

/** A guest: it is booted, and its device is made, as a trace does. */
async function diagnoseGuest(wish: DoctorWish): Promise<Diagnosis> {
  const host = judgeHost(await readHostFacts({ ...hostWish(wish), cache: wish.cache }));
  if (host.some(({ state }) => state === "fail")) return diagnosis(wish.target, host);
  let target: Target;
  try {
    target = await openTarget(wish);
  } catch (error) {
    if (!(error instanceof MachineryError) || error instanceof RequestError) throw error;
    const { message, evidence } = error;
    const last = evidence.split("\n").filter((line) => line.trim() !== "").at(-1);
    const found = last === undefined ? message : `${message}; the last line of its log: ${last}`;
    const remedy = "--kernel takes another kernel, --append changes its command line";
    return diagnosis(wish.target, [...host, amiss("guest", "fail", found, remedy)]);
  }
  await using guest = target;
  wish.onEvent({ kind: "phase", name: "facts" });
  const needs = { device: isOfDevice(wish) ? "any" : "none", isGuest: true };
  const failure = needs.device === "none" ? undefined : await makeDevice(guest, wish);
  const facts = await abortable(readMachineFacts(guest), wish.signal);
  const { accelerator } = guest.summary;
  const kvm = accelerator.kind === "kvm" ? ok("KVM", "works") : emulated(accelerator.why);
  const checks = [
    ...host.map((check) => check.name === "KVM" ? kvm : check),
    ...judgeMachine(facts, needs).map((check) =>
      check.name === "devdax" && failure !== undefined ? { ...check, ...failure } : check
    ),
  ];
  return diagnosis(wish.target, checks, facts);
}

/** Makes the guest's device; gives what is to be said where that fails. */
async function makeDevice(guest: Target, wish: DoctorWish): Promise<Partial<Check> | undefined> {
  try {
    await abortable(openDevice(guest, wish), wish.signal);
  } catch (error) {
    if (!(error instanceof MachineryError || error instanceof RequestError)) throw error;
    wish.signal.throwIfAborted();
    return { state: "fail", found: error.message };
  }
}

function isOfDevice({ memory, anyMemory }: TargetWish): boolean {
  return anyMemory !== true && (memory === undefined || memory.kind === "devdax");
}

function hostWish({ out, temporary, target, cache }: DoctorWish): HostWish {
  const folders = { TMPDIR: temporary, recordings: out };
  return { folders: target === "guest" ? { ...folders, cache } : folders };
}

function diagnosis(target: string, checks: readonly Check[], facts?: MachineFacts): Diagnosis {
  return {
    target,
    ...(facts === undefined ? {} : { release: facts.release }),
    runs: checks.every(({ state }) => state !== "fail"),
    checks,
  };
}
