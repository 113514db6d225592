/**
 * A plan as text: for each role the function that plays it and why, what was rejected, and what
 * cannot be observed.
 *
 * @module
 */

import type { PlanSummary, Role, RoleName } from "../../recording/header.ts";
import { lowerFirst } from "../words.ts";
import { fields, paintWith, wrap } from "./layout.ts";
import type { TextOptions } from "./text.ts";

/** What is shown of a plan. */
export interface PlanView {
  /** The kernel that it was made for. */
  readonly kernel: {
    readonly release: string;
    readonly version: string;
    readonly machine: string;
  };
  /** The bpftrace that is to run it, and the versions whose words it is written in. */
  readonly bpftrace: { readonly version: string; readonly dialect: string };
  /** The plan. */
  readonly plan: PlanSummary;
  /** How facts of a page are read, by name. */
  readonly page: Readonly<Record<string, string>>;
  /** The program. */
  readonly script: string;
}

/** What each role does, in a few words. */
const DOES: Readonly<Record<RoleName, string>> = {
  entry: "one call",
  hugeLeaf: "huge device leaf",
  pmdLeaf: "ordinary PMD leaf",
  pudLeaf: "ordinary PUD leaf",
  pteLeaf: "PTE leaves",
  grabOne: "grab of one page",
  grabBatch: "batched grab",
  grabSlow: "slow path's grab",
  lookup: "pgmap look-up",
  put: "put of a pin",
  unpin: "unpin of a folio",
  undo: "undo",
  slowPath: "slow path",
};

/**
 * A plan as lines of ASCII text.
 *
 * @example
 * ```ts
 * import { decodeItems, renderPlan, splitLines } from "headcount";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const file = await Deno.open("tests/fixtures/recordings/debian-6.1-2M/recording.jsonl");
 * const [header] = await Array.fromAsync(decodeItems(splitLines(file.readable)));
 * if (header?.kind !== "header") throw new Error("no header");
 * const { kernel, plan, bpftrace: { version } } = header;
 * const bpftrace = { version, dialect: "before 0.22" };
 * const text = renderPlan({ kernel, bpftrace, plan, page: {}, script: "" }, { width: 72 });
 * assertStringIncludes(text, "grabOne    grab of one page: try_grab_page");
 * ```
 */
export function renderPlan(view: PlanView, options: TextOptions = {}): string {
  const { width = 80, colour = false } = options;
  const { kernel, bpftrace, plan, page, script } = view;
  const paint = paintWith(colour);
  const roles = Object.entries(plan.roles) as [RoleName, Role][];
  const section = (title: string, lines: readonly string[]): readonly string[] => [
    "",
    paint.title(title),
    ...lines,
  ];
  return [
    ...fields([
      ["kernel", `${kernel.release}, ${kernel.machine}, ${kernel.version}`],
      ["bpftrace", `${bpftrace.version}, in the words of ${bpftrace.dialect}`],
    ], width),
    ...section("Roles", roles.flatMap(([name, role]) => roleLines(name, role, width))),
    ...section("Not observed", notObserved(plan, width)),
    ...section("Page facts", fields(Object.entries(page), width)),
    ...section("Program", script.trimEnd().split("\n")),
    "",
  ].join("\n");
}

function roleLines(name: RoleName, role: Role, width: number): readonly string[] {
  const found = role.kind === "probed"
    ? `${role.function} (${role.attach}); ${role.why}`
    : `none; ${role.why}`;
  const rejected = (role.rejected ?? []).filter((it) => !role.why.includes(it.function))
    .map((it) => `not ${it.function}: it ${it.why}`);
  return fields(
    [
      [name.padEnd(9), `${DOES[name]}: ${found}`],
      ...rejected.map((line) => ["", line] as const),
    ],
    width,
  );
}

function notObserved(plan: PlanSummary, width: number): readonly string[] {
  const lost = Object.entries(plan.roles).flatMap(([name, role]) =>
    role.kind === "absent" && role.cost !== "nothing is lost"
      ? [`${name}: ${role.cost}${role.needed ? "; every verdict is undecided without it" : ""}`]
      : []
  );
  const gets = plan.pageRef === true
    ? "puts of FOLL_GET references are inlined: the page_ref tracepoints count them by page"
    : "puts of FOLL_GET references: inlined, and there are no page_ref tracepoints";
  const others = plan.putsOfDeviceOnly === true
    ? ["puts of pages that are not the device's: others pin on this machine as well"]
    : [];
  return [...lost, gets, ...others].flatMap((line) =>
    wrap(lowerFirst(line), width - 2, "  ").map((part) => `  ${part}`)
  );
}
