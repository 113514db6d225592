/**
 * The parts of a page, from top to bottom.
 *
 * @module
 */

import type { ComparedWorkload, Comparison } from "../compare/compare.ts";
import { partName } from "../compare/times.ts";
import type { Weighted } from "../histogram.ts";
import { countText } from "../report/compare_text.ts";
import { paintWith } from "../report/layout.ts";
import { ledgerLines } from "../report/ledger_text.ts";
import { probeRows } from "../report/probes_text.ts";
import type { Report } from "../report/report.ts";
import { machineText, verdictChange } from "../report/sides_text.ts";
import { whereRows } from "../report/where_text.ts";
import type { VerdictKind } from "../verdict.ts";
import { counted, lowerFirst, pfnText } from "../words.ts";
import { type Curve, ecdfFigure } from "./ecdf_chart.ts";
import { facts, figure, folded, table } from "./figures.ts";
import { countBucket, grouped, histogramFigure, timeBucket } from "./histogram_chart.ts";
import { leafMapFigure } from "./leaf_map_figure.ts";
import { type Content, type Markup, markup } from "./markup.ts";
import { isEmulated, type NamedSide } from "./side.ts";
import { timelineFigure } from "./timeline_chart.ts";

/** How good an answer is; words say the same. */
const TONES: Readonly<Record<VerdictKind, string>> = {
  once: "good",
  "per-page": "bad",
  repeated: "bad",
  unbalanced: "bad",
  undecided: "odd",
};

/** A part of a page under a heading. */
export function section(title: string, aside: string, content: Content): Markup {
  return markup`<section><h2>${title}${
    aside === "" ? undefined : markup` <small>${aside}</small>`
  }</h2>${content}</section>`;
}

/** The verdict with its arithmetic. */
export function verdictSection({ label, report }: NamedSide): Markup {
  const [decisive = "", ...others] = report.reasons;
  return markup`<div class="verdict ${TONES[report.verdict]}"><strong>${report.verdict}${
    label === "" ? undefined : markup` <small>${label}</small>`
  }</strong><p>${decisive}</p>${
    report.ledger.clean
      ? undefined
      : markup`<p class="alarm">The ledger is not clean (see below).</p>`
  }${others.map((reason) => markup`<p>${reason}</p>`)}${counterExample(report)}</div>`;
}

function counterExample({ counterExample }: Report): Markup | undefined {
  if (counterExample === null) return undefined;
  const { tid, call, address, pages, grabs, refs, leastGrabs } = counterExample;
  const { head, order, headGrabs } = counterExample;
  const where = head === null || order === null
    ? ""
    : ` The head at pfn ${pfnText(head)}, of order ${order}, was grabbed ${
      counted(headGrabs, "time")
    }.`;
  return markup`<p class="note">First counter-example: call ${call} of thread ${tid}, ${
    counted(pages, "page")
  } at ${address}: ${counted(grabs, "grab")} adding ${
    counted(refs, "reference")
  }, where ${leastGrabs} would do.${where}</p>`;
}

/** The counts that the verdict is made of. */
export function tiles({ totals }: Report): Markup {
  const counts: readonly (readonly [string, number | null])[] = [
    ["calls", totals.calls],
    ["pages", totals.pages],
    ["grabs", totals.grabs],
    ["grabs would do", totals.leastGrabs],
    ["heads", totals.heads],
    ["pgmap look-ups", totals.pgmapLookups],
  ];
  return markup`<ul class="tiles">${
    counts.map(([name, count]) =>
      markup`<li><b>${count === null ? "unseen" : grouped(count)}</b><span>${name}</span></li>`
    )
  }</ul>`;
}

/** What became of the counts, and what must be known before any of it is believed. */
export function comparedSection(workload: ComparedWorkload): Markup {
  const { counts, warnings, differences } = workload;
  return section("Before and after", verdictChange(workload), [
    differences.length === 0 ? undefined : [
      markup`<p class="alarm">Not alike, and compared all the same:</p>`,
      table(
        ["", "baseline", "patched"].map((head) => ({ head })),
        differences.map(({ what, baseline, patched }) => [what, baseline, patched]),
      ),
    ],
    warnings.map((warning) => markup`<p class="alarm">${warning}</p>`),
    table(
      [{ head: "counts, exact" }, { head: "baseline", right: true }, {
        head: "patched",
        right: true,
      }, { head: "" }],
      counts.map(({ name, baseline, patched, change }) => [
        name,
        countText(baseline),
        countText(patched),
        change,
      ]),
    ),
  ]);
}

const MAP_NOTE =
  "A block is 2 MiB of the pinned memory, a cell one page. What one grab took has one " +
  "colour: many grabs look like sand, one grab is a bar. Each page shows the first grab that took it.";

/** The leaf maps, side by side. */
export function mapSection(sides: readonly NamedSide[]): Markup {
  const all = sides.flatMap(({ picture }) => picture.map.rows.flatMap(({ pieces }) => pieces));
  const slow = all.some(({ by }) => by === "slow")
    ? " Grey pages were taken by the slow path."
    : "";
  const unknown = all.some(({ by }) => by === "unknown")
    ? " Of outlined pages it is not in the recording which grab took them."
    : "";
  return section("Who grabbed which page", "", [
    markup`<p class="note">${MAP_NOTE}${slow}${unknown}</p>`,
    markup`<div class="pair">${sides.map(leafMapFigure)}</div>`,
  ]);
}

/** Histograms, distributions and time lines. */
export function chartSection(sides: readonly NamedSide[]): Markup {
  const where = isEmulated(sides) ? "emulated, not hardware's time" : "";
  const probed = ["probes included", ...where === "" ? [] : [where]].join("; ");
  const histograms = [
    histogramFigure(sides, {
      title: "References per grab",
      of: "grabs",
      histogram: ({ report }) => report.histograms.refsPerGrab,
      name: countBucket,
    }),
    histogramFigure(sides, {
      title: "Grabs per head",
      note: "in one call",
      of: "heads",
      histogram: ({ report }) => report.histograms.grabsPerHead,
      name: countBucket,
    }),
    histogramFigure(sides, {
      title: "Pages per call",
      of: "calls",
      histogram: ({ report }) => report.histograms.pagesPerCall,
      name: countBucket,
    }),
    histogramFigure(sides, {
      title: "Call time",
      note: probed,
      of: "calls",
      histogram: ({ report }) => report.histograms.callNanoseconds,
      name: timeBucket,
    }),
  ];
  const distributions = [
    ecdfFigure(
      "Share of calls by time",
      probed,
      sides.map(({ label, colour, picture }) => ({
        label: label === "" ? "calls" : label,
        colour,
        samples: picture.timeline.times,
      })),
    ),
    ...timedParts(sides).map((part) => partFigure(sides, part, where)),
  ];
  return section(
    "Counts and times",
    sides.length === 1 ? "" : "bars are shares of each recording",
    [
      legend(sides),
      markup`<div class="cards${sides.length === 1 ? " only" : ""}">${
        [...histograms, ...distributions, ...sides.map((side) => timelineFigure(side, probed))].map(
          figure,
        )
      }</div>`,
    ],
  );
}

function legend(sides: readonly NamedSide[]): Markup | undefined {
  if (sides.length === 1) return undefined;
  return markup`<ul class="legend">${
    sides.map(({ label, colour }) =>
      markup`<li><svg viewBox="0 0 16 8" aria-hidden="true">
<rect class="${colour}" width="16" height="8"/></svg>${label}</li>`
    )
  }</ul>`;
}

type Times = NonNullable<Report["times"]>[number];

/** Parts of which a recording tells several samples. */
function timedParts(sides: readonly NamedSide[]): readonly Times["part"][] {
  const times = sides.flatMap(({ report }) => report.times ?? []);
  return [...new Set(times.filter(({ runs }) => runs.flat().length > 2).map(({ part }) => part))];
}

function partFigure(sides: readonly NamedSide[], part: Times["part"], where: string) {
  const curves = sides.flatMap(({ label, colour, report }): readonly Curve[] =>
    (report.times ?? []).filter((times) => times.part === part).map(({ probes, runs }) => ({
      label: `${label} ${probes ? "with probes" : "without"}`.trim(),
      colour,
      isDashed: probes,
      samples: weighted(runs.flat()),
    }))
  );
  const [report] = sides.map((side) => side.report);
  const name = report === undefined ? part : partName(part, report);
  return ecdfFigure(
    `Share of samples by time: ${name}`,
    ["by the workload's clock, dashed with probes", ...where === "" ? [] : [where]].join("; "),
    curves,
  );
}

function weighted(values: readonly number[]): readonly Weighted[] {
  return values.toSorted((a, b) => a - b).map((value): Weighted => [value, 1]);
}

/** What is missing from the recordings. */
export function ledgerSection(sides: readonly NamedSide[]): Markup {
  return section("Ledger", "what is missing from the recording", [
    markup`<div class="pair">${sides.map(ledger)}</div>`,
  ]);
}

function ledger({ label, report }: NamedSide): Markup {
  const { ledger } = report;
  const lines = ledgerLines(report, 72, paintWith(false));
  const [state = ""] = lines;
  const end = lines.indexOf("");
  return markup`<div><p>${[label, state.trim()].filter((it) => it !== "").join(": ")}</p>${[
    markup`<pre>${lines.slice(1, end).join("\n")}</pre>`,
    table(
      [{ head: "sum" }, { head: "stream", right: true }, { head: "kernel", right: true }, {
        head: "",
      }],
      ledger.laws.map(({ name, stream, kernel, holds, why }) => [
        name,
        stream,
        kernel ?? "-",
        holds === null
          ? `not judged: ${why}`
          : holds
          ? "equal"
          : markup`<span class="alarm">DIFFERENT ${why ?? ""}</span>`,
      ]),
    ),
  ]}</div>`;
}

/** What ran, folded away. */
export function ranSection(side: NamedSide): Markup {
  const { label, name, report, script } = side;
  return section("What ran", label, [
    markup`<p class="note">${report.kernel.release}, ${machineText(report)}</p>`,
    folded(
      "Kernel, machine, memory and command",
      facts([
        ["recording", name],
        ...whereRows(report),
        ["boot", report.target.commandLine],
        ...report.recording.arguments === undefined
          ? []
          : [["arguments", report.recording.arguments.join(" ")] as const],
      ]),
    ),
    folded("Plan: what was probed", facts(probeRows(report))),
    script === undefined
      ? markup`<p class="note">The program lay not beside the recording; its SHA-256 is
${report.recording.scriptSha256}.</p>`
      : folded("Program", [
        script.isAsRun
          ? undefined
          : markup`<p class="alarm">Its hash is not the one that the recording tells:
it was changed since.</p>`,
        markup`<pre>${script.text}</pre>`,
      ]),
  ]);
}

/** What the page is about, in its title. */
export function headline(sides: readonly NamedSide[], compared: Comparison | undefined): string {
  const [workload] = compared?.workloads ?? [];
  if (workload !== undefined) return verdictChange(workload);
  return sides.map(({ report }) =>
    `${report.kernel.release}: ${report.verdict}, ${lowerFirst(report.reasons[0] ?? "")}`
  ).join(" | ");
}
