/**
 * What was probed, as text.
 *
 * @module
 */

import type { Report } from "./report.ts";

/**
 * Which function plays each role, and how the level of the leaves is known.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const leafLevel = { source: "function", level: "pmd", pages: 512, why: "an example" } as const;
 * assertEquals(probeRows({ roles: {}, leafLevel }), [
 *   ["leaf level", "pmd, known from the leaf function: an example"],
 * ]);
 * ```
 */
export function probeRows(
  report: Pick<Report, "roles" | "leafLevel" | "memory">,
): readonly (readonly [string, string])[] {
  const { leafLevel } = report;
  return [
    ...Object.entries(report.roles).map(([name, role]) =>
      [
        name,
        role.function === null
          ? `not probed: ${role.why}; ${role.cost}`
          : `${role.function} (${role.attach})`,
      ] as const
    ),
    [
      "leaf level",
      leafLevel.source === "heads"
        ? `any, known call by call from the heads: ${leafLevel.why}`
        : `${leafLevel.level}, known from the ${levelSource(report, leafLevel)}: ${leafLevel.why}`,
    ],
  ];
}

/** What the level is known from, where it is not the heads. */
function levelSource({ memory }: Pick<Report, "memory">, { source }: Report["leafLevel"]): string {
  if (source === "function") return "leaf function";
  return memory === undefined || memory.kind === "devdax" ? "device's mapping size" : "mapping";
}
