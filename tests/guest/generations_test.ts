/** One command, several kernels: the verdict of each generation, for each mapping size. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { MatrixRow, TracedRow } from "headcount";
import { runTask, temporaryFolder } from "../support/cli.ts";
import { guestTest, lacksKernels, leftoversAtRest, testUnless } from "../support/guest.ts";
import { testKernel } from "../support/test_kernel.ts";

/** Kernels of Debian that stand for a generation each. */
const DEBIAN = ["5.10", "6.1", "6.12", "7.3"];
const lack = await lacksKernels(...DEBIAN);

/** The small test kernel as the RFC found it, and with its change. */
const compound = testKernel("bzImage-5.10-compound");
const COMPOUND = compound === undefined
  ? []
  : [0, 1].map((variant) =>
    `${
      variant === 0 ? "before" : "rfc"
    }=${compound},append=devdax_compound=1 gup_variant=${variant}`
  );

/** Runs a matrix that fails nowhere and returns its rows by name. */
async function matrix(
  kernels: readonly string[],
  ...options: readonly string[]
): Promise<Record<string, TracedRow>> {
  await using folder = await temporaryFolder();
  const out = ["--out", `${folder.path}/matrix`, "--quiet", "--json"];
  const list = ["--kernels", kernels.join(",")];
  const { code, stdout, stderr } = await runTask(["matrix", ...out, ...list, ...options]);
  assertEquals(code, 0, stderr);
  const { rows }: { rows: readonly MatrixRow[] } = JSON.parse(stdout);
  return Object.fromEntries(rows.flatMap((row) => row.kind === "traced" ? [[row.name, row]] : []));
}

/** What the table shows of a row. */
interface Shown {
  readonly grabs: number;
  readonly refs: readonly number[];
  readonly heads: Readonly<Record<string, number>>;
  readonly lookups: readonly (number | null)[];
  readonly puts: number | null;
  readonly verdict: TracedRow["verdict"];
}

function shown({ totals, putSide, verdict }: TracedRow): Shown {
  const { grabs, refsPerGrab, headOrders, pgmapLookups, pgmapRealLookups } = totals;
  return {
    grabs,
    refs: refsPerGrab.map(([refs]) => refs),
    heads: headOrders,
    lookups: [pgmapLookups, pgmapRealLookups],
    puts: putSide.puts,
    verdict,
  };
}

const PER_PAGE: Shown = {
  grabs: 512,
  refs: [1],
  heads: { "9": 1 },
  lookups: [512, 3],
  puts: 0,
  verdict: "per-page",
};
const ONCE: Shown = {
  grabs: 3,
  refs: [1, 255, 256],
  heads: { "9": 1 },
  lookups: [0, 0],
  puts: 3,
  verdict: "once",
};

testUnless(lack, "matrix: every generation, 2 MiB leaves", async () => {
  const rows = await matrix([...DEBIAN, ...COMPOUND]);
  const expected: Record<string, Shown> = {
    "5.10": { ...PER_PAGE, heads: { "0": 512 } },
    "6.1": PER_PAGE,
    "6.12": { ...PER_PAGE, puts: 1 },
    "7.3": ONCE,
    ...(compound === undefined ? {} : {
      before: PER_PAGE,
      rfc: { ...ONCE, lookups: [3, 3], puts: 0 },
    }),
  };
  assertEquals(
    Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, shown(row)])),
    expected,
  );
  // Calls of 256, 255 and 1 pages: the block layer's bios, on every kernel.
  for (const { totals } of Object.values(rows)) {
    assertEquals([totals.calls, totals.pages, totals.leastGrabs], [3, 512, 3]);
  }
  // From 6.5 on the block layer pins, and all is put.
  for (const name of ["6.12", "7.3"]) {
    assertEquals(rows[name]?.putSide.pins, { taken: 512, put: 512, surplus: 0 });
  }
  // Before, it gets: page_ref shows the puts where there is page_ref.
  assertEquals(rows["6.1"]?.putSide.gets.put, null);
  if (compound !== undefined) assertEquals(rows["rfc"]?.putSide.gets, { taken: 512, put: 512 });
});

testUnless(
  lack,
  "matrix --align 4K: single pages leave nothing to batch, whatever the kernel",
  async () => {
    const rows = await matrix(["6.12", "7.3"], "--align", "4K");
    for (const [name, row] of Object.entries(rows)) {
      const { grabs, heads, verdict } = shown(row);
      assertEquals([grabs, heads, verdict], [512, { "0": 512 }, "once"], name);
      assertEquals(row.totals.leaves, { pte: 512, pmd: 0, pud: 0 }, name);
      assertStringIncludes(row.reasons.join(" "), "There was nothing to batch", name);
    }
    // 7.3 puts a bvec on each page, so that its bios fill up.
    assertEquals([rows["6.12"]?.totals.calls, rows["7.3"]?.totals.calls], [3, 2]);
  },
);

testUnless(lack, "matrix --align 1G: one PUD leaf, page by page and at once", async () => {
  const rows = await matrix(["6.1", "7.3"], "--align", "1G");
  const expected: Record<string, Shown> = {
    "6.1": { ...PER_PAGE, heads: { "18": 1 } },
    "7.3": { ...ONCE, heads: { "18": 1 } },
  };
  assertEquals(
    Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, shown(row)])),
    expected,
  );
  for (const { totals } of Object.values(rows)) {
    assertEquals(totals.leaves, { pte: 0, pmd: 0, pud: 3 });
  }
});

guestTest("matrix: a kernel that fails is named and stops no other", async () => {
  await using folder = await temporaryFolder();
  const broken = `${folder.path}/bzImage`;
  await Deno.writeTextFile(broken, "no kernel at all");
  const { code, stdout, stderr } = await runTask([
    "matrix",
    ...["--out", `${folder.path}/matrix`, "--kernels", `broken=${broken},6.1`],
  ], { TMPDIR: folder.path });
  assertEquals(code, 69, stderr);
  assertMatch(stdout, /^broken +- .* failed$/m);
  assertMatch(stdout, /^6\.1 +512 .* per-page$/m);
  assertMatch(stdout, /^ {2}broken: Cannot boot/m);
  assertStringIncludes(stdout.replaceAll(/\s+/g, " "), "it is no bzImage");
  assertStringIncludes(stderr, "[1/2] broken\n");
  assert((await Deno.stat(`${folder.path}/matrix/6.1/recording.jsonl`)).size > 0);
  assertEquals(await leftoversAtRest(folder.path), []);
});
