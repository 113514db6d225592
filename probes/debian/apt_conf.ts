/**
 * The configuration of an apt of headcount's own, which leaves the machine's alone.
 *
 * @module
 */

/** What an apt of one's own asks. */
export interface AptSource {
  /** Base address of the archive. */
  readonly mirror: string;
  /** Which of Debian's suites it knows. */
  readonly suite: string;
  /** File of the keys that Debian signs with. */
  readonly keyring: string;
}

/** Renders its sources.list. */
export function renderSources({ mirror, suite, keyring }: AptSource): string {
  return `deb [signed-by=${keyring}] ${mirror} ${suite} main\n`;
}

/**
 * Renders its apt.conf, to be named by `APT_CONFIG`. That file is read first, so it can keep apt
 * from reading the machine's: whose hooks, run at each update, clean up the machine's own cache.
 *
 * @param folder Where it keeps what it has.
 * @param acquire How it gets at the network, from {@linkcode readAcquire}.
 */
export function renderConf(folder: string, acquire: readonly string[]): string {
  const place = [
    ["Dir::Etc::main", "/dev/null"],
    ["Dir::Etc::parts", "/dev/null"],
    ["Dir::Etc::sourcelist", `${folder}/sources.list`],
    ["Dir::Etc::sourceparts", "/dev/null"],
    ["Dir::Etc::preferences", "/dev/null"],
    ["Dir::Etc::preferencesparts", "/dev/null"],
    ["Dir::State", folder],
    ["Dir::State::lists", `${folder}/lists`],
    ["Dir::State::status", `${folder}/status`],
    ["Dir::Cache", `${folder}/cache`],
    // Twice the size of the lists, to save a second when something is downloaded.
    ["Dir::Cache::pkgcache", ""],
    ["Dir::Cache::srcpkgcache", ""],
    ["APT::Architecture", "amd64"],
    ["APT::Architectures", "amd64"],
    ["APT::Update::Error-Mode", "any"],
    // apt's own user cannot write into a home; this matters to root only.
    ["APT::Sandbox::User", "root"],
    ["Acquire::Languages", "none"],
    ["Acquire::PDiffs", "false"],
    ["Acquire::GzipIndexes", "true"],
    ["Acquire::Retries", "1"],
  ].map(([name, value]) => `${name} "${value}";`);
  return [...place, ...acquire].map((line) => `${line}\n`).join("");
}

/**
 * What of `Acquire` is about the network, not about what to fetch, to keep, or to trust: this apt
 * trusts what Debian has signed, whatever the machine's own does.
 */
const NETWORK =
  /^Acquire::(?!IndexTargets|Languages|PDiffs|GzipIndexes|CompressionTypes|Changelogs|cdrom|Allow)\w/i;

/** Reads from `apt-config dump` the machine's settings of the network: proxies, time limits. */
export function readAcquire(dump: string): string[] {
  return dump.split("\n").filter((line) => NETWORK.test(line) && !line.endsWith(' "";'));
}
