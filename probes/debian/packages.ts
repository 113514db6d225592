/**
 * Packages as `apt-cache` tells of them.
 *
 * @module
 */

/** Names of the packages that headcount has a use for, as apt's patterns are written. */
export const OF_INTEREST = "^(bpftrace|linux-(image|base|binary|modules)-[0-9].*-amd64)$";

/** A version of a package in a suite. */
export interface Package {
  /** Its name, such as `bpftrace`. */
  readonly name: string;
  /** Its version as Debian counts, such as `0.23.2-1`. */
  readonly version: string;
  /** Names of what it depends on, the first of alternatives. */
  readonly depends: readonly string[];
  /** Bytes to download; 0 where that is not told. */
  readonly bytes: number;
}

/** A package that can be downloaded. */
export type Download = Omit<Package, "depends">;

/** Reads the stanzas that `apt-cache show` or `search --full` prints. */
export function readPackages(text: string): Package[] {
  return text.split(/\n\n+/).flatMap((stanza) => {
    const field = (name: string): string =>
      new RegExp(`^${name}: (.*)$`, "m").exec(stanza)?.[1]?.trim() ?? "";
    const [name, version] = [field("Package"), field("Version")];
    if (name === "" || version === "") return [];
    const depends = field("Depends").split(",").map((one) => /[^\s|(:]+/.exec(one)?.[0] ?? "");
    return [{
      name,
      version,
      depends: depends.filter((one) => one !== ""),
      bytes: bytesOf(field("Size")),
    }];
  });
}

/** A package and its version as apt's commands take them. */
export function exactly({ name, version }: Pick<Package, "name" | "version">): string {
  return `${name}=${version}`;
}

/**
 * Reads what `apt-get install --print-uris` would fetch: packages with their versions and bytes.
 * What the lines look like: `'ADDRESS' libc6_2.41-12_amd64.deb 2850108 SHA256:...`.
 */
export function readPrintedUris(text: string): Download[] {
  const lines = text.matchAll(/^'\S+' ([^_\s]+)_([^_\s]+)_[^_\s]+\.deb (\d+) /gm);
  return [...lines].map(([, name = "", version = "", bytes]) => ({
    name,
    version: version.replaceAll("%3a", ":"),
    bytes: bytesOf(bytes),
  }));
}

/** How many bytes a word says; 0 where it says none. */
function bytesOf(word = ""): number {
  const bytes = /^\d+$/.test(word) ? Number(word) : 0;
  return Number.isSafeInteger(bytes) ? bytes : 0;
}
