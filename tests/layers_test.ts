import { assertEquals } from "@std/assert";
import { ROOT } from "./support/cli.ts";

/** A module of ours and the modules of ours that it imports, as paths from the project's folder. */
type Graph = ReadonlyMap<string, readonly string[]>;

async function graphOf(entry: string): Promise<Graph> {
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entry],
    cwd: ROOT,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  interface Dependency {
    readonly code?: { readonly specifier?: string };
    readonly type?: { readonly specifier?: string };
  }
  const info: {
    readonly modules: readonly {
      readonly specifier: string;
      readonly dependencies?: Dependency[];
    }[];
  } = JSON.parse(new TextDecoder().decode(stdout));
  const ours = `file://${ROOT}`;
  return new Map(
    info.modules.filter(({ specifier }) => specifier.startsWith(ours)).map((module) => [
      module.specifier.slice(ours.length),
      (module.dependencies ?? [])
        .flatMap(({ code, type }) => [code?.specifier, type?.specifier])
        .filter((specifier) => specifier !== undefined && specifier.startsWith(ours))
        .map((specifier) => specifier?.slice(ours.length) ?? ""),
    ]),
  );
}

/** What of the library `analyze` needs: nothing that makes recordings, which would only be loaded. */
const TO_ANALYZE = [
  "recording/mod.ts",
  "analysis/analysis.ts",
  "analysis/verdict.ts",
  "analysis/report/report.ts",
  "analysis/report/json.ts",
  "analysis/report/text.ts",
  "probes/failure.ts",
] as const;

/** What a room may import beside itself: other rooms, and single modules. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  recording: [],
  probes: ["recording"],
  analysis: ["recording", ".std"],
  "mod.ts": ["recording", "probes", "analysis", "deno.json"],
  "cli.ts": ["mod.ts", "cli", ...TO_ANALYZE],
  cli: ["mod.ts", ...TO_ANALYZE],
  examples: ["mod.ts"],
  ".std": [],
  "deno.json": [],
};

function roomOf(path: string): string {
  return path.split("/")[0] ?? path;
}

function trespasses(graph: Graph): string[] {
  return [...graph].flatMap(([from, imports]) => {
    const room = roomOf(from);
    const allowed = MAY_IMPORT[room] ?? [];
    return imports
      .filter((to) => ![room, ...allowed].includes(roomOf(to)) && !allowed.includes(to))
      .map((to) => `${from} imports ${to}`);
  });
}

Deno.test("each room imports only what docs/architecture.md allows it", async () => {
  const graph = await graphOf("cli.ts");
  assertEquals(graph.size > 60, true, "the graph is whole");
  assertEquals(trespasses(graph), []);
  for await (const { name } of Deno.readDir(`${ROOT}examples`)) {
    if (name.endsWith(".ts")) assertEquals(trespasses(await graphOf(`examples/${name}`)), []);
  }
});

Deno.test("trespasses() sees an import across the bar", () => {
  assertEquals(trespasses(new Map([["analysis/calls.ts", ["probes/wire.ts"]]])), [
    "analysis/calls.ts imports probes/wire.ts",
  ]);
});

Deno.test("analyze loads nothing of what compares, nor its statistics", async () => {
  const graph = await graphOf("cli/analyze.ts");
  assertEquals([...graph.keys()].filter((path) => path.includes("compare")), []);
});

Deno.test("analyze loads nothing of what exports, nor what writes its files", async () => {
  const graph = await graphOf("cli/analyze.ts");
  assertEquals([...graph.keys()].filter((path) => /export|csv/.test(path)), []);
});

Deno.test("what lays reports out as text is loaded only where text is asked for", async () => {
  const source = await Deno.readTextFile(`${ROOT}cli/output.ts`);
  assertEquals(/^import (?!type)[^;]*text\.ts/m.test(source), false);
  assertEquals(source.includes('await import("../analysis/report/text.ts")'), true);
});

Deno.test("what writes Parquet is loaded only where it is asked for", async () => {
  const source = await Deno.readTextFile(`${ROOT}analysis/export/parquet.ts`);
  assertEquals(/^import (?!type)[^;]*hyparquet/m.test(source), false);
  assertEquals(source.includes('await import("hyparquet-writer")'), true);
});

Deno.test("what draws pages is loaded by nothing but a page that is made", async () => {
  const graph = await graphOf("cli/analyze.ts");
  assertEquals([...graph.keys()].filter((path) => path.startsWith("analysis/html/")), []);
  const source = await Deno.readTextFile(`${ROOT}analysis/html/mod.ts`);
  const loaded = source.matchAll(/^(?:import|export) (?!type\b).* from (".*");$/gm);
  assertEquals([...loaded].map(([, path]) => path), []);
});

Deno.test("inside probes only targets/open.ts names the transports", async () => {
  const transports = ["probes/targets/local.ts", "probes/guest/guest.ts", "probes/ssh/ssh.ts"];
  const graph = await graphOf("cli.ts");
  const importers = [...graph].filter(([, imports]) => imports.some((i) => transports.includes(i)))
    .map(([from]) => from);
  assertEquals(importers, ["probes/targets/open.ts"]);
});

Deno.test("analysis and recording are pure: no Deno, no clock, no chance", async () => {
  const parts = ["compare", "export", "html", "report"].map((part) => `analysis/${part}`);
  for (const room of ["analysis", ...parts, "recording"]) {
    for await (const { name, isFile } of Deno.readDir(`${ROOT}${room}`)) {
      if (!isFile) continue;
      const source = await Deno.readTextFile(`${ROOT}${room}/${name}`);
      const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
      const impure = /\bDeno\.|\bDate\b|\bperformance\b|Math\.random|\bfetch\(|\bprocess\./.exec(
        code,
      );
      assertEquals(impure?.[0], undefined, `${room}/${name}`);
    }
  }
});
