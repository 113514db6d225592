/**
 * What kernels show of themselves, as fixtures: the answers of a real kernel's BTF to everything
 * that a plan asks.
 *
 * Another kernel is added by
 *
 *     deno run --allow-read --allow-write tests/support/facts.ts RELEASE BTF
 *
 * where BTF is a copy of its /sys/kernel/btf/vmlinux. A function that is in BTF counts as one that
 * kallsyms names and ftrace traces.
 *
 * @module
 */

import { Btf, type BtfFunction, type TypeFacts } from "../../probes/btf.ts";
import { CANDIDATE_FUNCTIONS } from "../../probes/eras.ts";
import { BTF_IDS, type KernelFacts } from "../../probes/kernel.ts";

const FOLDER = new URL("../fixtures/facts/", import.meta.url);

/** A fixture: plain data. What it does not list is not known, which differs from not being there. */
export interface FactsFixture {
  readonly release: string;
  readonly symbols: readonly string[];
  readonly traceable: readonly string[];
  readonly structBytes: Readonly<Record<string, number | null>>;
  /** Whether there is a field by this path, such as `page.flags.f`. */
  readonly fields: Readonly<Record<string, boolean>>;
  readonly enumerators: Readonly<Record<string, number | null>>;
  readonly functions: Readonly<Record<string, BtfFunction | null>>;
}

const STRUCTS = ["page"];
const FIELDS = [
  "page.compound_head",
  "page.compound_info",
  "page.compound_order",
  "page.flags.f",
  "folio._flags_1",
  "folio._folio_order",
];
const ENUMERATORS = ["PG_head", "FOLL_GET", "FOLL_PIN", "FOLL_WRITE", "FOLL_LONGTERM"];

/** Names of all fixtures. */
export async function factsNames(): Promise<string[]> {
  const files = await Array.fromAsync(Deno.readDir(FOLDER), ({ name }) => name);
  return files.map((name) => name.replace(/\.json$/, "")).sort();
}

/** Reads a fixture. */
export async function readFixture(name: string): Promise<FactsFixture> {
  return JSON.parse(await Deno.readTextFile(new URL(`${name}.json`, FOLDER)));
}

/** A fixture as the facts that a plan is made of. */
export function factsOf(fixture: FactsFixture): KernelFacts {
  return {
    release: fixture.release,
    version: "#1 SMP",
    machine: "x86_64",
    pageBytes: 4096,
    symbols: new Set(fixture.symbols),
    traceable: new Set(fixture.traceable),
    btf: typesOf(fixture),
    bpftrace: "0.17.0",
    commandLine: "",
  };
}

/** Types that answer as the fixture's kernel did, and fail at a question that it was not asked. */
function typesOf(fixture: FactsFixture): TypeFacts {
  const answer = <T>(answers: Readonly<Record<string, T>>, question: string): T => {
    const known = answers[question];
    if (known === undefined) throw new Error(`"${fixture.release}" was not asked for ${question}`);
    return known;
  };
  return {
    structBytes: (name) => answer(fixture.structBytes, name) ?? undefined,
    hasField: (struct, ...path) => answer(fixture.fields, [struct, ...path].join(".")),
    enumerator: (name) => answer(fixture.enumerators, name) ?? undefined,
    function: (name) => answer(fixture.functions, name) ?? undefined,
  };
}

/** Asks a kernel's BTF everything. */
function askAll(release: string, btf: Btf): FactsFixture {
  const answers = <T>(questions: readonly string[], ask: (question: string) => T) =>
    Object.fromEntries(questions.map((question) => [question, ask(question)]));
  const traceable = [...CANDIDATE_FUNCTIONS, BTF_IDS].filter((name) => btf.function(name));
  return {
    release,
    symbols: [...traceable, "vmemmap_base"],
    traceable,
    structBytes: answers(STRUCTS, (name) => btf.structBytes(name) ?? null),
    fields: answers(FIELDS, (path) => {
      const [struct = "", ...rest] = path.split(".");
      return btf.hasField(struct, ...rest);
    }),
    enumerators: answers(ENUMERATORS, (name) => btf.enumerator(name) ?? null),
    functions: answers(CANDIDATE_FUNCTIONS, (name) => btf.function(name) ?? null),
  };
}

if (import.meta.main) {
  const [release = "", path = ""] = Deno.args;
  const btf = new Btf(await Deno.readFile(path));
  const text = `${JSON.stringify(askAll(release, btf), null, 2)}\n`;
  await Deno.mkdir(FOLDER, { recursive: true });
  await Deno.writeTextFile(new URL(`${release}.json`, FOLDER), text);
}
