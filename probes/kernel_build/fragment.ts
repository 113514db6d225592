/**
 * The options that a kernel must have: `headcount.config`, a fragment of a configuration in which
 * each group of options says what it is for.
 *
 * @module
 */

/** What is asked of a group's options once a kernel is configured; `headcount.config` tells each. */
export type Demand = "needed" | "one of" | "wanted" | "menu" | "without";

/** Options that serve one end. */
export interface OptionGroup {
  /** What is asked of them. */
  readonly demand: Demand;
  /** What they are for, or what is lost without them. */
  readonly why: string;
  /** Their names, without `CONFIG_`. */
  readonly options: readonly string[];
}

const HEAD = /^(needed|one of|wanted|menu|without): (.+)$/;

/**
 * Reads the groups of a fragment: paragraphs whose comment begins with a demand. Comments by
 * themselves are passed over.
 *
 * @throws {RangeError} at options whose paragraph does not say what they are for.
 *
 * @example
 * ```ts
 * import { parseFragment } from "./fragment.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "# needed: the host's root is\n# mounted over it\nCONFIG_NET_9P=y\n";
 * assertEquals(parseFragment(text), [
 *   { demand: "needed", why: "the host's root is mounted over it", options: ["NET_9P"] },
 * ]);
 * ```
 */
export function parseFragment(text: string): OptionGroup[] {
  return text.split(/\n{2,}/).flatMap((paragraph) => {
    const lines = paragraph.split("\n").filter((line) => line !== "");
    const comment = lines.filter((line) => line.startsWith("#"))
      .map((line) => line.slice(1).trim()).join(" ");
    const options = lines.flatMap((line) => /^CONFIG_(\w+)=/.exec(line)?.[1] ?? []);
    if (options.length === 0) return [];
    const [, demand, why] = HEAD.exec(comment) ?? [];
    if (demand === undefined || why === undefined) {
      throw new RangeError(`Cannot tell what ${options[0]} is for: its paragraph does not say`);
    }
    return [{ demand: demand as Demand, why, options }];
  });
}
