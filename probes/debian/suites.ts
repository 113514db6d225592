/**
 * Debian's suites, and where a machine's own apt finds them.
 *
 * @module
 */

/** A suite of Debian's archive that kernels and bpftrace are looked for in. */
export interface Suite {
  /** Its name in the archive, such as `trixie`. */
  readonly name: string;
  /** Which of Debian's two archives has it. */
  readonly archive: "main" | "security";
  /** The series of its kernel, where it keeps to one: what others need not be asked for. */
  readonly kernel?: string;
  /** The series of its bpftrace, where it has one; `"moving"` where it changes. */
  readonly bpftrace?: string;
}

/** The suites, older ones first. */
export const SUITES: readonly Suite[] = [
  { name: "bullseye", archive: "main", kernel: "5.10", bpftrace: "0.11" },
  { name: "bullseye-security", archive: "security", kernel: "5.10" },
  { name: "bookworm", archive: "main", kernel: "6.1", bpftrace: "0.17" },
  { name: "bookworm-security", archive: "security", kernel: "6.1" },
  { name: "bookworm-backports", archive: "main" },
  { name: "trixie", archive: "main", kernel: "6.12", bpftrace: "0.23" },
  { name: "trixie-security", archive: "security", kernel: "6.12" },
  { name: "trixie-backports", archive: "main" },
  { name: "testing", archive: "main", bpftrace: "moving" },
  { name: "unstable", archive: "main", bpftrace: "moving" },
  { name: "experimental", archive: "main" },
];

/** Names that Debian gave its suites; those of third parties are not ours to ask. */
const DEBIAN =
  /^(stretch|buster|bullseye|bookworm|trixie|forky|duke|sid|(old){0,2}stable|testing|unstable|experimental)(-updates|-backports|-proposed-updates|-security|\/updates)?$/;

/** Where this machine gets Debian from. */
export interface Mirrors {
  /** Base address of the main archive. */
  readonly main: string;
  /** Base address of the security archive; absent where the machine's sources do not name one. */
  readonly security?: string;
}

/**
 * Reads what `apt-get update --print-uris` says.
 *
 * @returns undefined where none of the machine's sources is Debian's.
 */
export function readMirrors(uris: string): Mirrors | undefined {
  const votes = { main: new Map<string, number>(), security: new Map<string, number>() };
  for (const [, base = "", suite = ""] of uris.matchAll(/^'(\S+)\/dists\/(\S+)\/InRelease'/gm)) {
    if (!DEBIAN.test(suite) || base.startsWith("cdrom:")) continue;
    const archive = /(-security|\/updates)$/.test(suite) ? votes.security : votes.main;
    archive.set(base, (archive.get(base) ?? 0) + 1);
  }
  const [main, security] = [likeliest(votes.main), likeliest(votes.security)];
  if (main === undefined) return undefined;
  return security === undefined ? { main } : { main, security };
}

/** Others name their suites like Debian's too: first what is called so, then what has most suites. */
function likeliest(votes: ReadonlyMap<string, number>): string | undefined {
  const bases = [...votes].map(([base, suites]) => ({
    base,
    weight: suites + (/\/debian(-security)?$/.test(base) ? 100 : 0),
  }));
  return bases.sort((a, b) => b.weight - a.weight)[0]?.base;
}
