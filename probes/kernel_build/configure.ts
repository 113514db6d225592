/**
 * Configuring a kernel: the tree's defaults, what headcount needs, what the user wants, and whether
 * all of it took.
 *
 * @module
 */

import { basename, join } from "node:path";
import { MachineryError, RequestError } from "../failure.ts";
import { type Config, findShortfalls, parseConfig, type Shortfall, unheeded } from "./config.ts";
import { type OptionGroup, parseFragment } from "./fragment.ts";
import { dependenciesOf } from "./kconfig.ts";
import { runMake } from "./make.ts";
import { listFiles, MERGE_SCRIPT } from "./tree.ts";

/** Where a kernel is built. */
export interface BuildPlace {
  /** Its sources. */
  readonly source: string;
  /** What make makes of them. */
  readonly objects: string;
  /** All that is printed meanwhile. */
  readonly log: string;
}

/** How a kernel is configured. */
export interface ConfigureWish {
  /** Files of further options. */
  readonly fragments: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  /** End of the kernel's release. */
  readonly localVersion: string;
  /** The tree's version. */
  readonly version: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: { readonly kind: "note"; readonly text: string }) => void;
}

/** The file that has headcount's options. */
const FRAGMENT = new URL("headcount.config", import.meta.url);

/** Options of a user's fragment that are named where they did not take. */
const NAMED = 8;

/**
 * Makes the configuration, by the kernel's own means, and looks whether it is what was asked for.
 *
 * @throws {RequestError} when the user's options took one away that is needed.
 * @throws {MachineryError} when the tree does not have one that is needed; the message says what for.
 */
export async function configure(place: BuildPlace, wish: ConfigureWish): Promise<void> {
  const { source, objects, log } = place;
  const { signal } = wish;
  await Deno.mkdir(objects, { recursive: true });
  // By names of our own: the script of older kernels splits paths at spaces.
  const fragments: readonly (readonly [string, string | Uint8Array])[] = [
    ["headcount.config", await Deno.readTextFile(FRAGMENT)],
    ["version.config", `CONFIG_LOCALVERSION="${checkedVersion(wish.localVersion)}"\n`],
    ...wish.fragments.map(({ bytes }, i) => [`own-${i + 1}.config`, bytes] as const),
  ];
  for (const [name, content] of fragments) {
    const path = join(objects, name);
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeFile(path, content);
  }
  // In the folder of objects: that script makes files where it is called.
  const names = fragments.map(([name]) => name);
  const merge = ["sh", join(source, MERGE_SCRIPT), "-m", ...names];
  await runMake("Merging the options", merge, { cwd: objects, log, signal });
  const merged = join(objects, "merged.config");
  await Deno.rename(join(objects, ".config"), merged);
  const command = ["make", "-C", source, `O=${objects}`, `KCONFIG_ALLCONFIG=${merged}`];
  await runMake("Configuring the kernel", [...command, "alldefconfig"], {
    cwd: objects,
    log,
    signal,
  });
  await requireOptions(place, wish);
  await tellLosses(place, wish);
}

/** Text that may be in a release. */
function checkedVersion(text: string): string {
  if (/^[\w.+~-]*$/.test(text)) return text;
  throw new RequestError(
    `Cannot call a kernel "${text}": its release can have letters, digits and . + ~ - _ only`,
  );
}

/** Tells what is lost, and which of the user's options did not take. */
async function tellLosses(place: BuildPlace, wish: ConfigureWish): Promise<void> {
  const config = await readConfig(place);
  const lost = findShortfalls(await readGroups(), config)
    .filter(({ group }) => group.demand === "wanted");
  for (const text of await explain(lost, place, wish)) wish.onEvent({ kind: "note", text });
  for (const { path, bytes } of wish.fragments) {
    const others = unheeded(parseConfig(new TextDecoder().decode(bytes)), config);
    if (others.length === 0) continue;
    const more = others.length > NAMED ? ` and ${others.length - NAMED} others` : "";
    const text = `of "${basename(path)}" these did not take: ` +
      others.slice(0, NAMED).map((option) => `CONFIG_${option}`).join(", ") + more;
    wish.onEvent({ kind: "note", text });
  }
}

/**
 * Looks whether every option that headcount needs is on.
 *
 * @throws {RequestError} when the user's options took one away.
 * @throws {MachineryError} when the tree does not have one; the message says what it is for.
 */
export async function requireOptions(place: BuildPlace, wish: ConfigureWish): Promise<void> {
  const lacking = findShortfalls(await readGroups(), await readConfig(place))
    .filter(({ group }) => group.demand !== "wanted");
  if (lacking.length === 0) return;
  const isOwn = lacking.some((shortfall) => turnedOffBy(shortfall, wish) !== undefined);
  const lines = (await explain(lacking, place, wish)).map((line) => `\n  ${line}`);
  const message = `Cannot build a kernel to be traced from Linux ${wish.version}: its ` +
    `configuration lacks what is needed${lines.join("")}`;
  throw isOwn ? new RequestError(message) : new MachineryError(message);
}

async function readGroups(): Promise<OptionGroup[]> {
  return parseFragment(await Deno.readTextFile(FRAGMENT));
}

async function readConfig({ objects }: BuildPlace): Promise<Config> {
  return parseConfig(await Deno.readTextFile(join(objects, ".config")));
}

/** The user's fragment that takes options away, if one does. */
function turnedOffBy({ missing }: Shortfall, { fragments }: ConfigureWish): string | undefined {
  return fragments.find(({ bytes }) => {
    const options = parseConfig(new TextDecoder().decode(bytes));
    return missing.some((option) => options.has(option) && options.get(option) !== "y");
  })?.path;
}

/** Says of options that are off which they are, why they are, and what they are for. */
async function explain(
  shortfalls: readonly Shortfall[],
  { source }: BuildPlace,
  wish: ConfigureWish,
): Promise<string[]> {
  if (shortfalls.length === 0) return [];
  const { files } = await listFiles(source, new Set(), wish.signal);
  const paths = [...files.keys()].filter((path) => /(^|\/)Kconfig[^/]*$/.test(path));
  const texts = await Promise.all(paths.map((path) => Deno.readTextFile(join(source, path))));
  return shortfalls.map((shortfall) => {
    const { group: { demand, why }, missing } = shortfall;
    const names = missing.map((option) => `CONFIG_${option}`)
      .join(demand === "one of" ? " or " : ", ");
    const own = turnedOffBy(shortfall, wish);
    const reason = own === undefined
      ? reasonOf(missing, texts, wish.version)
      : `"${own}" turns it off`;
    return `no ${names} (${reason}): ${why}`;
  });
}

function reasonOf(missing: readonly string[], texts: readonly string[], version: string): string {
  for (const option of missing) {
    const needs = dependenciesOf(option, texts);
    if (needs === undefined) continue;
    return needs.length === 0
      ? "other options turn it off"
      : `${option} depends on ${needs.join(" && ")}`;
  }
  return `Linux ${version} does not know it`;
}
