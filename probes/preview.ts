/**
 * From a wish to a plan, without tracing anything.
 *
 * @module
 */

import type { PlanSummary, TargetSummary } from "../recording/header.ts";
import { abortable } from "./abortable.ts";
import { type KernelFacts, readKernelFacts } from "./kernel.ts";
import type { PageFacts } from "./page.ts";
import { makePlan } from "./plan.ts";
import { renderScript } from "./script/program.ts";
import { openTarget, type TargetWish } from "./targets/open.ts";

/** What is planned for. */
export interface PlanForWish extends TargetWish {
  /** Version of headcount. */
  readonly headcount: string;
}

/** A plan, what it was made from, and the program that it would run. */
export interface PlanPreview {
  /** The kernel that it was made for. */
  readonly kernel: {
    readonly release: string;
    readonly version: string;
    readonly machine: string;
  };
  /** Where it would run. */
  readonly target: TargetSummary;
  /** The bpftrace that would run it, and the versions whose words it is written in. */
  readonly bpftrace: { readonly version: string; readonly dialect: string };
  /** The plan. */
  readonly plan: PlanSummary;
  /** How facts of a page are read, by name. */
  readonly page: Readonly<Record<string, string>>;
  /** The program. */
  readonly script: string;
  /** What the kernel showed: all that the plan was made from. */
  readonly facts: KernelFacts;
}

/**
 * Opens the target, reads its kernel's facts, and plans.
 *
 * @throws {RequestError} when the wish cannot be met.
 * @throws {MachineryError} when something that is needed does not work.
 */
export async function planFor(wish: PlanForWish): Promise<PlanPreview> {
  await using target = await openTarget(wish, "facts");
  wish.onEvent({ kind: "phase", name: "facts" });
  const facts = await abortable(readKernelFacts(target), wish.signal);
  const plan = makePlan(facts, {
    putsOf: target.summary.kind === "guest" ? "all" : "device",
    pageRef: wish.pageRef ?? true,
    checkPages: wish.checkPages ?? false,
  });
  const { release, version, machine, bpftrace } = facts;
  return {
    kernel: { release, version, machine },
    target: target.summary,
    bpftrace: { version: bpftrace, dialect: plan.dialect.name },
    plan: plan.summary,
    page: told(plan.page),
    script: renderScript(plan, { release, headcount: wish.headcount, bpftrace }),
    facts,
  };
}

function told(page: PageFacts): Record<string, string> {
  return {
    pfn: `(page - ${page.vmemmap}) / ${page.structPageBytes}`,
    head: page.linkMayBeMask
      ? `page->${page.link}, lowest bit set: a mask or an address`
      : `page->${page.link}, lowest bit set: an address`,
    "is compound": `bit ${page.headBit} (PG_head) of head->${page.flags}`,
    order: page.order.replaceAll("$", ""),
  };
}
