/**
 * Debian's archive, asked by apt's own programs from folders of headcount's own: one for each
 * suite, so that a suite that fails stops no other, and so that what a package depends on is taken
 * from its own suite. The machine's apt is asked where the mirrors are and is not touched.
 *
 * @module
 */

import { join } from "node:path";
import { runProgram } from "../command.ts";
import { MachineryError } from "../failure.ts";
import { withLock } from "../lock.ts";
import { renderConf, renderSources } from "./apt_conf.ts";
import { writeWhole } from "./entry.ts";
import {
  type Download,
  exactly,
  OF_INTEREST,
  type Package,
  readPackages,
  readPrintedUris,
} from "./packages.ts";
import { each, filter } from "./several.ts";
import type { Suite } from "./suites.ts";
import { findWay, unreachable, type Way } from "./way.ts";

/** Something that is told while the archive is asked. */
export interface ArchiveEvent {
  /** The one kind that there is. */
  readonly kind: "note";
  /** What is told, without a capital and a full stop. */
  readonly text: string;
}

/** How the archive is asked. */
export interface ArchiveOptions {
  /** Folder of the cache. */
  readonly cache: string;
  /** Ends what is under way. */
  readonly signal?: AbortSignal;
  /** Told of what takes time, and of suites that could not be asked. */
  readonly onEvent?: (event: ArchiveEvent) => void;
}

const MINUTE_MS = 60 * 1000;
/** How long lists are good for, in milliseconds. */
export const REUSED_MS: number = 6 * 60 * MINUTE_MS;
/** How long lists are good for that do not have what is wished for. */
const DOUBTED_MS: number = 10 * MINUTE_MS;

/** Debian's archive as this machine reaches it. Nothing is asked before something is wanted. */
export class Archive {
  readonly #options: ArchiveOptions;
  readonly #folder: string;
  /** Suites that could not be asked, with apt's words. */
  readonly #failed = new Map<string, string>();
  #way: Promise<Way> | undefined;

  /** Opens it. */
  constructor(options: ArchiveOptions) {
    this.#options = options;
    this.#folder = join(options.cache, "apt");
  }

  /**
   * Brings the lists of suites up to date where they are older than `maxAgeMs`.
   *
   * @returns The suites that there are lists of; old ones where they could not be renewed.
   * @throws {MachineryError} when there are lists of none of them.
   */
  async refresh(suites: readonly Suite[], maxAgeMs: number): Promise<Suite[]> {
    const { mirrors } = await this.#findWay();
    const wanted = suites.filter(({ archive }) => mirrors[archive] !== undefined);
    const isStale = async ({ name }: Suite): Promise<boolean> =>
      !this.#failed.has(name) && await this.#age(name) > maxAgeMs;
    if ((await filter(wanted, isStale)).length > 0) {
      await this.#locked(true, async () => {
        // Another headcount may have renewed them while this one waited.
        const stale = await filter(wanted, isStale);
        if (stale.length === 0) return;
        this.#note(`asking Debian's archive for its lists (${names(stale.map(nameOf))})`);
        await each(stale, (suite) => this.#update(suite));
        this.#options.signal?.throwIfAborted();
      });
    }
    const usable = await filter(wanted, async ({ name }) => await this.#age(name) < Infinity);
    const [first] = wanted.flatMap(({ name }) => this.#failed.get(name) ?? []);
    if (usable.length === 0) {
      throw unreachable(first ?? `no mirror has ${names(suites.map(nameOf))}`);
    }
    return usable;
  }

  /**
   * Looks for something in suites, with no more of them brought up to date than it takes: all of
   * them only where the likely ones do not have it, and once more where old lists do not.
   */
  async seek<T>(
    likely: readonly Suite[],
    all: readonly Suite[],
    look: (suites: readonly Suite[]) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const tries = [[likely, REUSED_MS], [all, REUSED_MS], [all, DOUBTED_MS]] as const;
    for (const [suites, maxAgeMs] of tries) {
      if (suites.length === 0) continue;
      const found = await look(await this.refresh(suites, maxAgeMs));
      if (found !== undefined) return found;
    }
  }

  /** Says which suites could not be asked, and how one of them answered; else undefined. */
  unasked(): string | undefined {
    const [why] = this.#failed.values();
    return why &&
      `Debian's lists of ${names([...this.#failed.keys()])} could not be renewed: ${why}`;
  }

  /** What a suite has of {@linkcode OF_INTEREST}, as of when its lists were renewed. */
  async packages(suite: Suite): Promise<Package[]> {
    return readPackages(await Deno.readTextFile(this.#excerpt(suite.name)));
  }

  /**
   * A package and all that it needs to run, from its own suite, as on an empty machine.
   *
   * @throws {MachineryError} when the suite does not have it all; `attempt` is what it is for.
   */
  async closure(attempt: string, suite: string, wanted: Package): Promise<Download[]> {
    const args = ["-y", "--no-install-recommends", "install", "--print-uris", exactly(wanted)];
    try {
      return readPrintedUris(await this.#ask(suite, "apt-get", args));
    } catch (error) {
      if (!(error instanceof MachineryError)) throw error;
      throw new MachineryError(`${attempt}: ${complaintOf(error)}`, error.evidence);
    }
  }

  /**
   * Downloads packages, checked against Debian's signatures, into a folder that is there.
   *
   * @throws {MachineryError} when that fails; `attempt` is what it is for.
   */
  async download(
    attempt: string,
    suite: string,
    wanted: readonly Pick<Package, "name" | "version">[],
    folder: string,
  ): Promise<void> {
    try {
      await this.#ask(suite, "apt-get", ["-q", "download", ...wanted.map(exactly)], folder);
    } catch (error) {
      if (!(error instanceof MachineryError)) throw error;
      // The lists may tell of what is gone: the next to come asks for new ones.
      await Deno.utime(this.#excerpt(suite), 0, 0).catch(() => {});
      throw new MachineryError(
        `${attempt}: ${complaintOf(error)}; check the network, then try again`,
        "",
        { cause: error },
      );
    }
  }

  /** Milliseconds since a suite's lists were brought up to date; infinite without any. */
  async #age(suite: string): Promise<number> {
    try {
      const age = Date.now() - ((await Deno.stat(this.#excerpt(suite))).mtime?.getTime() ?? 0);
      // A clock that was put back says nothing of their age.
      return age < 0 ? Number.MAX_VALUE : age;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return Infinity;
      throw error;
    }
  }

  /** What apt says of the packages of interest; its time is when the lists were renewed. */
  #excerpt(suite: string): string {
    return join(this.#folder, suite, "packages");
  }

  async #update({ name, archive }: Suite): Promise<void> {
    const { mirrors, keyring } = await this.#findWay();
    const folder = join(this.#folder, name);
    for (const part of ["lists/partial", "cache/archives/partial"]) {
      await Deno.mkdir(join(folder, part), { recursive: true });
    }
    const sources = renderSources({ mirror: mirrors[archive] ?? "", suite: name, keyring });
    await Deno.writeTextFile(join(folder, "sources.list"), sources);
    await Deno.writeTextFile(join(folder, "status"), "");
    try {
      await this.#run(name, "apt-get", ["-q", "update"]);
      const search = ["search", "--full", "--names-only", OF_INTEREST];
      await writeWhole(this.#excerpt(name), await this.#run(name, "apt-cache", search));
    } catch (error) {
      if (!(error instanceof MachineryError)) throw error;
      this.#failed.set(name, complaintOf(error));
    }
  }

  /** Runs one of apt's programs on a suite's lists, which nobody changes meanwhile. */
  async #ask(suite: string, program: string, args: string[], cwd?: string): Promise<string> {
    return await this.#locked(false, () => this.#run(suite, program, args, cwd));
  }

  async #run(suite: string, program: string, args: string[], cwd?: string): Promise<string> {
    const { signal } = this.#options;
    const folder = join(this.#folder, suite);
    const conf = join(folder, "apt.conf");
    // The way to the network may be another one than when the lists were renewed.
    await writeWhole(conf, renderConf(folder, (await this.#findWay()).acquire));
    try {
      const output = await runProgram("Asking Debian's archive", [program, ...args], {
        env: { APT_CONFIG: conf, LC_ALL: "C" },
        ...(cwd === undefined ? {} : { cwd }),
        ...(signal === undefined ? {} : { signal }),
      });
      return new TextDecoder().decode(output);
    } catch (error) {
      // What an abort kills fails, too.
      signal?.throwIfAborted();
      throw error;
    }
  }

  #findWay(): Promise<Way> {
    return this.#way ??= findWay(this.#options.signal);
  }

  async #locked<T>(exclusive: boolean, work: () => Promise<T>): Promise<T> {
    const { signal } = this.#options;
    return await withLock(this.#folder, {
      exclusive,
      ...(signal === undefined ? {} : { signal }),
      onWait: () => this.#note("waiting for another headcount that asks Debian's archive"),
    }, work);
  }

  #note(text: string): void {
    this.#options.onEvent?.({ kind: "note", text });
  }
}

/** The first of apt's errors, without the address, which is long and not what is wrong. */
function complaintOf({ evidence, message }: MachineryError): string {
  const error = /^E: (.*)$/m.exec(evidence)?.[1] ?? message;
  return error.replace(/^Failed to fetch \S+/, "").replace(/\[IP: .*?\]/, "")
    .replace(/\s+/g, " ").trim();
}

function names(suites: readonly string[]): string {
  return suites.length > 3 ? `${suites.length} suites` : suites.join(", ");
}

function nameOf({ name }: Suite): string {
  return name;
}
