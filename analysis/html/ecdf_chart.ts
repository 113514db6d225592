/**
 * Empirical distribution functions: the share of samples that took no longer than so many nanoseconds.
 *
 * @module
 */

// @ts-types="@types/d3-shape"
import { curveStepAfter, line } from "d3-shape";
import type { Weighted } from "../histogram.ts";
import {
  bottomAxis,
  CHART,
  chart,
  leftAxis,
  linear,
  logTimes,
  powerTicks,
  shortTime,
} from "./chart.ts";
import { type Figure, table } from "./figures.ts";
import { type Markup, markup } from "./markup.ts";

/** One curve. */
export interface Curve {
  readonly label: string;
  readonly colour: string;
  /** Drawn in dashes: with probes, beside the same without. */
  readonly isDashed?: boolean;
  /** Nanoseconds, ascending, and how many samples took that long. */
  readonly samples: readonly Weighted[];
}

/** Points of a curve. */
const MOST_POINTS = 400;

/**
 * Curves on one axis of time, by powers.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 *
 * const { numbers } = ecdfFigure("Call time", undefined, [
 *   { label: "", colour: "s0", samples: [[1000, 1], [2000, 2]] },
 * ]);
 * assertStringIncludes(numbers.text, "2 us");
 * ```
 */
export function ecdfFigure(
  title: string,
  note: string | undefined,
  curves: readonly Curve[],
): Figure {
  const { left, right, top, bottom, height } = CHART;
  const some = curves.filter(({ samples }) => samples.length > 0);
  const all = some.flatMap(({ samples }) => [samples[0]?.[0] ?? 1, samples.at(-1)?.[0] ?? 1]);
  const x = logTimes(Math.min(...all), Math.max(...all), [left, right]);
  const y = linear(1, [bottom, top]);
  const path = line().curve(curveStepAfter);
  const drawn = some.map(({ samples, colour, isDashed = false }): Markup => {
    const points = stepsOf(samples).map((
      [ns, share],
    ): [number, number] => [tenth(x(Math.max(1, ns))), y(share)]);
    const d = path([[left, bottom], [points[0]?.[0] ?? left, bottom], ...points, [right, top]]) ??
      "";
    return markup`<path class="curve ${colour}${isDashed ? " dashed" : ""}" d="${d}"/>`;
  });
  const rows = some.map(({ label, samples }) => [
    label,
    String(samples.reduce((sum, [, count]) => sum + count, 0)),
    ...[0.05, 0.25, 0.5, 0.75, 0.95].map((share) => shortTime(quantile(samples, share))),
  ]);
  return {
    title,
    ...(note === undefined ? {} : { note }),
    picture: some.length === 0 ? markup`<p class="none">Nothing to show.</p>` : chart(
      title,
      rows.map(([label, n, , , median]) => `${label} median ${median} of ${n}`.trim()).join("; "),
      height,
      [
        bottomAxis(powerTicks(x), x, shortTime),
        leftAxis([0, 0.25, 0.5, 0.75, 1], y, (share) => `${share * 100} %`),
        drawn,
      ],
    ),
    numbers: table(
      [
        { head: "" },
        ...["n", "5 %", "25 %", "median", "75 %", "95 %"].map((head) => ({ head, right: true })),
      ],
      rows,
    ),
  };
}

/** A coordinate with as many digits as can be seen. */
function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Values and the share of samples up to them, few enough to be drawn; the ends are among them. */
function stepsOf(samples: readonly Weighted[]): readonly (readonly [number, number])[] {
  const total = samples.reduce((sum, [, count]) => sum + count, 0);
  let sum = 0;
  const steps = samples.map(([ns, count]) => [ns, (sum += count) / total] as const);
  const every = Math.ceil(steps.length / MOST_POINTS);
  return steps.filter((_, i) => i % every === 0 || i === steps.length - 1);
}

/**
 * The least value up to which there are so many of the samples.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(quantile([[10, 1], [20, 2], [30, 1]], 0.5), 20);
 * ```
 */
export function quantile(samples: readonly Weighted[], share: number): number {
  const wanted = share * samples.reduce((sum, [, count]) => sum + count, 0);
  let sum = 0;
  return samples.find(([, count]) => (sum += count) >= wanted)?.[0] ?? 0;
}
