/**
 * What charts have in common: their size, axes and ticks.
 *
 * @module
 */

// @ts-types="@types/d3-scale"
import { type ScaleLinear, scaleLinear, scaleLog, type ScaleLogarithmic } from "d3-scale";
import { type Content, type Markup, markup } from "./markup.ts";

/** Size of a chart, and of what is drawn in it. Charts are as small as a phone, and grow with the page. */
export const CHART = {
  width: 340,
  height: 210,
  left: 46,
  right: 332,
  top: 10,
  bottom: 182,
} as const;

/**
 * A coordinate, with as many digits as can be seen.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([1 / 3, 2].map(px), ["0.3", "2"]);
 * ```
 */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** A picture that is read to those who do not see it. */
export function chart(
  title: string,
  description: string,
  height: number,
  content: Content,
): Markup {
  return markup`<svg class="chart" role="img" viewBox="0 0 ${CHART.width} ${
    px(height)
  }" xmlns="http://www.w3.org/2000/svg"><title>${title}</title><desc>${description}</desc>${content}</svg>`;
}

/** Nanoseconds from left to right, by powers; half a step of room at both ends. */
export function logTimes(
  least: number,
  most: number,
  range: readonly [number, number],
): ScaleLogarithmic<number, number> {
  const low = Math.max(1, least);
  return scaleLog().domain([low * 0.8, Math.max(low, most) * 1.25]).range(range);
}

/** From 0 to the greatest. */
export function linear(
  most: number,
  range: readonly [number, number],
): ScaleLinear<number, number> {
  return scaleLinear().domain([0, most === 0 ? 1 : most]).range(range);
}

/** Powers of ten within a scale, or what is a little finer where there are too few. */
export function powerTicks(scale: ScaleLogarithmic<number, number>): readonly number[] {
  const [low = 1, high = 1] = scale.domain();
  const within = (mantissas: readonly number[]): number[] => {
    const ticks: number[] = [];
    for (let power = 10 ** Math.floor(Math.log10(low)); power <= high; power *= 10) {
      ticks.push(...mantissas.map((m) => m * power).filter((it) => it >= low && it <= high));
    }
    return ticks;
  };
  const powers = within([1]);
  return powers.length > 1 ? powers : within([1, 2, 5]);
}

/**
 * Nanoseconds in the unit in which they are a short number.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([900, 1500, 2e6, 3e9].map(shortTime), ["900 ns", "1.5 us", "2 ms", "3 s"]);
 * ```
 */
export function shortTime(ns: number): string {
  const [unit, name] = ns < 1e3
    ? [1, "ns"]
    : ns < 1e6
    ? [1e3, "us"]
    : ns < 1e9
    ? [1e6, "ms"]
    : [1e9, "s"];
  return `${Number((ns / unit).toPrecision(3))} ${name}`;
}

/** Ticks below a chart. */
export function bottomAxis(
  ticks: readonly number[],
  at: (value: number) => number,
  text: (value: number) => string,
): Markup {
  const { top, bottom } = CHART;
  return markup`<g class="axis x">${
    ticks.map((tick) =>
      markup`<path d="M${px(at(tick))} ${top}V${bottom}"/><text x="${px(at(tick))}" y="${
        bottom + 16
      }">${text(tick)}</text>`
    )
  }</g>`;
}

/** Ticks at the left of a chart. */
export function leftAxis(
  ticks: readonly number[],
  at: (value: number) => number,
  text: (value: number) => string,
): Markup {
  const { left, right } = CHART;
  return markup`<g class="axis y">${
    ticks.map((tick) =>
      markup`<path d="M${left} ${px(at(tick))}H${right}"/><text x="${left - 5}" y="${
        px(at(tick) + 4)
      }">${text(tick)}</text>`
    )
  }</g>`;
}
