/**
 * The order of Debian's versions, as deb-version(7) tells it.
 *
 * @module
 */

/**
 * Compares two versions of a package, such as `7.3~rc7-1~exp1` and `7.3.4-1~bpo13+1`.
 *
 * @returns Less than 0 where `a` is the older one, more than 0 where it is the newer one, else 0.
 *
 * @example
 * ```ts
 * import { compareVersions } from "./version.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const versions = ["6.12.9-1", "6.12.117-1", "6.12~rc7-1"];
 * assertEquals(versions.sort(compareVersions), ["6.12~rc7-1", "6.12.9-1", "6.12.117-1"]);
 * ```
 */
export function compareVersions(a: string, b: string): number {
  const [one, other] = [split(a), split(b)];
  return one.epoch - other.epoch || comparePart(one.upstream, other.upstream) ||
    comparePart(one.revision, other.revision);
}

/** Whether a package of this version is a release candidate of its upstream. */
export function isCandidate(version: string): boolean {
  return /~rc\d/.test(version);
}

/** Whether a version, or a kernel's release, begins with `prefix` at a border between numbers. */
export function beginsWith(version: string, prefix: string): boolean {
  return version === prefix ||
    (version.startsWith(prefix) && /^[.+~-]/.test(version.slice(prefix.length)));
}

function split(version: string): { epoch: number; upstream: string; revision: string } {
  const colon = version.indexOf(":");
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf("-");
  return {
    epoch: colon < 0 ? 0 : Number(version.slice(0, colon)),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? "" : rest.slice(dash + 1),
  };
}

/** Compares by turns what is no number, in the order of {@linkcode rank}, and numbers. */
function comparePart(a: string, b: string): number {
  const [ours, theirs] = [pieces(a), pieces(b)];
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
    const one = ours[i] ?? { text: "", number: 0 };
    const other = theirs[i] ?? { text: "", number: 0 };
    const difference = compareText(one.text, other.text) || one.number - other.number;
    if (difference !== 0) return difference;
  }
  return 0;
}

function pieces(part: string): { text: string; number: number }[] {
  return [...part.matchAll(/(\D*)(\d*)/g)]
    .filter(([whole]) => whole !== "")
    .map(([, text = "", digits = ""]) => ({ text, number: Number(digits) }));
}

function compareText(a: string, b: string): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = rank(a[i]) - rank(b[i]);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** `~` comes before the end, the end before letters, letters before all else. */
function rank(character: string | undefined): number {
  if (character === "~") return -1;
  if (character === undefined) return 0;
  const code = character.charCodeAt(0);
  return /[A-Za-z]/.test(character) ? code : code + 256;
}
