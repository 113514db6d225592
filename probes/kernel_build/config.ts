/**
 * What a kernel was configured to, and what of it falls short of what is asked.
 *
 * @module
 */

import type { OptionGroup } from "./fragment.ts";

/** Values by option, without `CONFIG_`; `n` for what is not set. */
export type Config = ReadonlyMap<string, string>;

/**
 * Reads a `.config`, or a fragment of one. Where an option is given twice the last one counts.
 *
 * @example
 * ```ts
 * import { parseConfig } from "./config.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const config = parseConfig("CONFIG_SMP=y\n# CONFIG_SWAP is not set\n");
 * assertEquals([...config], [["SMP", "y"], ["SWAP", "n"]]);
 * ```
 */
export function parseConfig(text: string): Config {
  const config = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, set, value, unset] = /^(?:CONFIG_(\w+)=(.*)|# CONFIG_(\w+) is not set)$/s.exec(line) ??
      [];
    if (set !== undefined) config.set(set, (value ?? "").trimEnd());
    else if (unset !== undefined) config.set(unset, "n");
  }
  return config;
}

/** Options of a group that are not on. */
export interface Shortfall {
  /** The group that asks for them. */
  readonly group: OptionGroup;
  /** Those that are not on; of alternatives all. */
  readonly missing: readonly string[];
}

/**
 * What of the groups' demands a configuration does not meet. What is built as a module is not on:
 * the guest of a kernel of one's own loads none.
 */
export function findShortfalls(groups: readonly OptionGroup[], config: Config): Shortfall[] {
  return groups.flatMap((group) => {
    const missing = group.options.filter((option) => config.get(option) !== "y");
    switch (group.demand) {
      case "needed":
      case "wanted":
        return missing.length > 0 ? [{ group, missing }] : [];
      case "one of":
        return missing.length === group.options.length ? [{ group, missing }] : [];
      case "menu":
      case "without":
        return [];
    }
  });
}

/** Options of a user's fragment that a configuration has otherwise. */
export function unheeded(fragment: Config, config: Config): string[] {
  return [...fragment].filter(([option, value]) => (config.get(option) ?? "n") !== value)
    .map(([option]) => option);
}
