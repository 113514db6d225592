/**
 * Judging a machine: what of it a trace needs, and what it would be better with. Pure.
 *
 * @module
 */

import type { RoleName } from "../../recording/header.ts";
import { mebibytes, shortBytes } from "../bytes.ts";
import { BTF_IDS } from "../choose.ts";
import { dialectOf } from "../dialect.ts";
import { MachineryError } from "../failure.ts";
import { makePlan, type Plan } from "../plan.ts";
import { amiss, type Check, ok, skipped } from "./check.ts";
import type { MachineFacts } from "./facts.ts";

/** What is asked of a machine. */
export interface MachineNeeds {
  /** The devdax device that a trace is to have, `any`, or `none`. */
  readonly device: string | "any" | "none";
  /** Whether the machine is a guest of headcount's own. */
  readonly isGuest: boolean;
}

/** All checks of a machine, in the order in which a trace would come upon them. */
export function judgeMachine(facts: MachineFacts, needs: MachineNeeds): readonly Check[] {
  return [
    judgeRoot(facts),
    judgeLockdown(facts),
    judgeProcessor(facts),
    judgeTracefs(facts),
    judgeKprobes(facts),
    judgeDebugfs(facts),
    judgeBtf(facts),
    judgeBpftrace(facts),
    ...judgeRoles(facts),
    judgeRamDisk(facts),
    judgeGupTest(facts),
    ...judgeDevices(facts, needs),
    judgeTools(facts, needs),
    judgePools(facts),
    judgeThp(facts),
  ];
}

/** Capabilities, as linux/capability.h numbers them. */
const CAP_SYS_ADMIN = 21n;
const CAP_PERFMON = 38n;
const CAP_BPF = 39n;

/** Root, and what a container leaves of it. */
export function judgeRoot({ uid, capabilities }: MachineFacts): Check {
  const name = "root";
  if (uid !== "0") {
    return amiss(name, "fail", `user ${uid}: probes take root`, "run it with sudo");
  }
  const has = (bit: bigint): boolean => (capabilities >> bit & 1n) === 1n;
  if (has(CAP_SYS_ADMIN)) return ok(name, "user 0, with CAP_SYS_ADMIN");
  if (has(CAP_PERFMON) && has(CAP_BPF)) {
    return amiss(
      name,
      "warn",
      "user 0, with CAP_BPF and CAP_PERFMON, but without CAP_SYS_ADMIN",
      "kernels before 5.8 ask for CAP_SYS_ADMIN, and so do mounts and namespaces",
    );
  }
  return amiss(
    name,
    "fail",
    "user 0, but without CAP_SYS_ADMIN: a container's root",
    "run it outside, or give the container the capability (--privileged)",
  );
}

/** What a locked down kernel refuses, as security/security.c lists it by its two levels. */
export function judgeLockdown({ lockdown }: MachineFacts): Check {
  const name = "lockdown";
  if (lockdown === "") {
    return skipped(name, "not shown: the kernel has none, or securityfs is not mounted");
  }
  const level = /\[(\w+)\]/.exec(lockdown)?.[1] ?? lockdown;
  const off = "switch Secure Boot off, or boot without lockdown= on the kernel's command line";
  switch (level) {
    case "none":
      return ok(name, "none");
    case "integrity":
      return amiss(
        name,
        "warn",
        "integrity: the kernel lets nobody open its benchmark in debugfs (gup-test)",
        `${off}; other workloads run`,
      );
    default:
      return amiss(name, "fail", `${level}: BPF may not read the kernel's memory`, off);
  }
}

function judgeProcessor({ machine, release }: MachineFacts): Check {
  const name = "kernel";
  if (machine === "x86_64") return ok(name, `${release}, ${machine}`);
  return amiss(name, "warn", `${release}, ${machine}`, "headcount was tried on x86_64 only");
}

/** Where bpftrace looks for it. */
const TRACEFS: readonly string[] = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];

/** Where the kernel shows what can be traced. */
export function judgeTracefs({ tracing, mounts, fileSystems }: MachineFacts): Check {
  const name = "tracefs";
  if (tracing !== "") return ok(name, tracing);
  if (!fileSystems.includes("tracefs")) {
    return amiss(
      name,
      "fail",
      "this kernel has none",
      "boot a kernel with CONFIG_FTRACE and CONFIG_KPROBES, or use --target guest",
    );
  }
  const places = mounts.filter(({ type }) => type === "tracefs").map(({ path }) => path);
  if (places.some((path) => TRACEFS.includes(path))) {
    return amiss(
      name,
      "fail",
      "mounted, but there is nothing in it",
      "a locked down kernel leaves it empty, see lockdown; else mount it anew",
    );
  }
  return amiss(
    name,
    "fail",
    places.length === 0 ? "not mounted" : `mounted on ${places.join(", ")} only`,
    "mount -t tracefs tracefs /sys/kernel/tracing",
  );
}

/** Functions that can be probed. */
export function judgeKprobes(facts: MachineFacts): Check {
  const name = "kprobes";
  const isThere = facts.tracing === "" ? facts.hasKprobeSymbol : facts.hasKprobes;
  if (facts.tracing === "" && isThere) return skipped(name, "there; the rest is told by tracefs");
  if (!isThere || !facts.hasFunctions) {
    return amiss(
      name,
      "fail",
      isThere ? "no function of this kernel can be traced" : "this kernel has none",
      "boot a kernel with CONFIG_KPROBES, CONFIG_KPROBE_EVENTS and CONFIG_DYNAMIC_FTRACE, or use --target guest",
    );
  }
  if (facts.ftraceSwitch === "0") {
    return amiss(
      name,
      "fail",
      "ftrace is switched off: probes are attached, and none of them runs",
      "echo 1 >/proc/sys/kernel/ftrace_enabled",
    );
  }
  if (facts.kprobesSwitch === "0") {
    const isFentry = facts.btfBytes > 0 && "facts" in facts.kernel &&
      facts.kernel.facts.symbols[BTF_IDS] !== undefined;
    return amiss(
      name,
      isFentry ? "warn" : "fail",
      `switched off: ${
        isFentry ? "what is not probed by fentry is not seen" : "they are attached, and none runs"
      }`,
      "echo 1 >/sys/kernel/debug/kprobes/enabled",
    );
  }
  return ok(name, facts.kprobesSwitch === "1" ? "there, and switched on" : "there");
}

function judgeDebugfs({ mounts, fileSystems }: MachineFacts): Check {
  const name = "debugfs";
  const path = mounts.find(({ type }) => type === "debugfs")?.path;
  if (path === "/sys/kernel/debug") return ok(name, path);
  const cost = "the kernel's benchmark (gup-test) cannot be had";
  if (!fileSystems.includes("debugfs")) {
    return amiss(
      name,
      "warn",
      `this kernel has none: ${cost}`,
      "boot a kernel with CONFIG_DEBUG_FS, or take another workload",
    );
  }
  const where = path === undefined ? "not mounted" : `mounted on ${path} only`;
  return amiss(name, "warn", `${where}: ${cost}`, "mount -t debugfs debugfs /sys/kernel/debug");
}

function judgeBtf({ btfBytes }: MachineFacts): Check {
  const name = "BTF";
  if (btfBytes > 0) return ok(name, `${mebibytes(btfBytes)} of types`);
  return amiss(
    name,
    "fail",
    "this kernel does not show its types",
    "boot a kernel with CONFIG_DEBUG_INFO_BTF, or use --target guest",
  );
}

/** The oldest bpftrace that headcount was tried with. */
const OLDEST_BPFTRACE = [0, 17] as const;

/** bpftrace, and whether it is one that is known. */
export function judgeBpftrace({ bpftrace }: MachineFacts): Check {
  const name = "bpftrace";
  if ("error" in bpftrace) {
    return amiss(
      name,
      "fail",
      `does not run: ${bpftrace.error}`,
      '"./setup" installs it, --bpftrace takes another',
    );
  }
  const { version } = bpftrace;
  const found = `${version}, in the words of ${dialectOf(version).name}`;
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  const [leastMajor, leastMinor] = OLDEST_BPFTRACE;
  return major > leastMajor || minor >= leastMinor
    ? ok(name, found)
    : amiss(name, "warn", found, "0.17, 0.23 and 0.27 were tried: --bpftrace 0.23 takes Debian's");
}

/** The functions that play each role, as the plan finds them. */
export function judgeRoles({ kernel }: MachineFacts): readonly Check[] {
  const name = "functions";
  if ("error" in kernel) return [skipped(name, `cannot be told: ${kernel.error}`)];
  let plan: Plan;
  try {
    plan = makePlan(kernel.facts, { putsOf: "device" });
  } catch (error) {
    if (!(error instanceof MachineryError)) throw error;
    return [amiss(name, "fail", error.message, "use a kernel from 5.10 on, or --target guest")];
  }
  const roles = Object.entries(plan.summary.roles) as [RoleName, typeof plan.summary.roles.entry][];
  const probed = roles.flatMap(([role, it]) =>
    it.kind === "probed" ? [`${role} ${it.function} (${it.attach})`] : []
  );
  const lost = roles.flatMap(([role, it]) =>
    it.kind === "absent" && it.cost !== "nothing is lost" ? [{ role, it }] : []
  );
  return [
    ok(name, probed.join(", ")),
    ...lost.map(({ role, it: { why, cost, needed } }) =>
      needed
        ? amiss(role, "warn", why, `another kernel: here ${cost}, and every verdict is undecided`)
        : skipped(role, `${why}; ${cost}`)
    ),
  ];
}

function judgeRamDisk({ ramDisk }: MachineFacts): Check {
  const name = "ram disk";
  if (ramDisk === "there") return ok(name, "/dev/ram0");
  if (ramDisk === "module") return ok(name, "to be had, of the module brd");
  return amiss(
    name,
    "fail",
    "no /dev/ram0 and no module brd, which the workload direct-io writes to",
    "--workload vmsplice needs none; a kernel with CONFIG_BLK_DEV_RAM has one",
  );
}

function judgeGupTest({ gupTest }: MachineFacts): Check {
  const name = "gup_test";
  if (gupTest !== "") return ok(name, gupTest);
  return amiss(
    name,
    "warn",
    "the kernel's benchmark is not there: --workload gup-test does not run",
    "a kernel with CONFIG_GUP_TEST (to 5.10 CONFIG_GUP_BENCHMARK); deno task kernel builds one",
  );
}

/** The devdax devices, and who uses them. */
export function judgeDevices(
  { devices: { dax, uses } }: MachineFacts,
  { device, isGuest }: MachineNeeds,
): readonly Check[] {
  const name = "devdax";
  const path = (dax: { readonly name: string }): string => `/dev/${dax.name}`;
  const wanted = device === "any" || device === "none"
    ? dax
    : dax.filter((it) => path(it) === device);
  if (wanted.length === 0) {
    const none = device === "any" || device === "none" ? "no device" : `no device ${device}`;
    if (device === "none") return [skipped(name, `${none}, and none is needed`)];
    return [amiss(
      name,
      "fail",
      none,
      isGuest
        ? "a kernel with NVDIMM_DAX and DEV_DAX_PMEM (probes/kernel_build/headcount.config)"
        : "deno task devdax create makes one, or says why not; --memory-kind thp needs none, nor does --target guest",
    )];
  }
  const checks = wanted.map((it): Check => {
    const used = uses.filter((use) => use.device === it.name).map(({ how }) => how);
    const found = `${path(it)}: ${mebibytes(it.bytes)}, align ${shortBytes(it.alignBytes)}`;
    if (it.driver === "kmem") {
      return amiss(
        name,
        "fail",
        `${found}, ${used.join(", ")}`,
        `daxctl reconfigure-device --mode=devdax ${it.name}, once the kernel can do without it`,
      );
    }
    return used.length === 0 ? ok(name, `${found}, used by nobody`) : amiss(
      name,
      "warn",
      `${found}, ${used.join(", ")}`,
      "end that first: gup-test and direct-io -w write to its pages",
    );
  });
  // One that can be traced is enough where any will do.
  const usable = checks.some(({ state }) => state !== "fail");
  return checks.map((check) =>
    usable && check.state === "fail" ? { ...check, state: "warn" as const } : check
  );
}

function judgeTools({ ndctl, daxctl }: MachineFacts, { isGuest }: MachineNeeds): Check {
  const name = "ndctl";
  if (ndctl !== "" && daxctl !== "") return ok(name, `ndctl ${ndctl}, daxctl ${daxctl}`);
  if (ndctl !== "") return ok(name, `ndctl ${ndctl}, no daxctl`);
  const found = "there is no ndctl";
  const remedy = '"./setup" installs it';
  return isGuest
    ? amiss(name, "fail", `${found}: no device can be made`, remedy)
    : amiss(name, "warn", `${found}: deno task devdax does not run`, remedy);
}

/** Huge pages that the kernel has, or could be asked for. */
export function judgePools({ pools }: MachineFacts): Check {
  const name = "huge pages";
  if (pools.length === 0) {
    return amiss(
      name,
      "warn",
      "none: --memory-kind hugetlb-2M and hugetlb-1G do not run",
      "a kernel with CONFIG_HUGETLBFS",
    );
  }
  const told = pools.toSorted((a, b) => a.pageBytes - b.pageBytes).map((pool) =>
    `${shortBytes(pool.pageBytes)}: ${pool.free} of ${pool.total} free`
  );
  return ok(name, `${told.join(", ")} (a trace fills the pool that it needs)`);
}

function judgeThp({ thp }: MachineFacts): Check {
  const name = "THP";
  const level = /\[(\w+)\]/.exec(thp)?.[1];
  if (level === undefined) {
    return amiss(
      name,
      "warn",
      "none: --memory-kind thp does not run",
      "a kernel with CONFIG_TRANSPARENT_HUGEPAGE",
    );
  }
  return level === "never"
    ? amiss(
      name,
      "warn",
      "switched off: --memory-kind thp does not run",
      "echo madvise >/sys/kernel/mm/transparent_hugepage/enabled",
    )
    : ok(name, level);
}
