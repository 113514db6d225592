/** The kinds of memory, one after the other in one guest, and how devdax compares with the others. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { type ControlRow, decodeItems, type Header, splitLines, type Treatment } from "headcount";
import { runTask, temporaryFolder } from "../support/cli.ts";
import { lacksKernels, testUnless } from "../support/guest.ts";

interface Compared {
  readonly devdax: Treatment;
  readonly rows: readonly ControlRow[];
  /** Headers of the recordings, by kind. */
  readonly headers: Readonly<Record<string, Header>>;
}

async function compared(kernel: string, kinds: string, ...options: string[]): Promise<Compared> {
  await using folder = await temporaryFolder();
  const { code, stdout, stderr } = await runTask([
    ...["control", "--json", "--quiet", "--target", "guest", "--out", `${folder.path}/out`],
    ...["--kernel", kernel, "--kinds", kinds, "--rounds", "1", ...options],
  ]);
  assertEquals(code, 0, stderr);
  const headers: Record<string, Header> = {};
  for (const kind of kinds.split(",")) {
    const file = await Deno.open(`${folder.path}/out/${kind}/recording.jsonl`);
    const [header] = await Array.fromAsync(decodeItems(splitLines(file.readable)));
    assert(header?.kind === "header");
    headers[kind] = header;
  }
  return { ...JSON.parse(stdout), headers };
}

/** What is the same on every run: leaf, orders of the heads, pages, grabs, least grabs, verdict. */
function found(rows: readonly ControlRow[]): Readonly<Record<string, readonly unknown[]>> {
  return Object.fromEntries(rows.map((row) => {
    if (row.kind === "failed") return [row.memory, [row.why]];
    const { leaf, totals, verdict, nsPer2MiB } = row;
    assert(nsPer2MiB !== null && nsPer2MiB.min > 0);
    const { headOrders, pages, grabs, leastGrabs } = totals;
    return [row.memory, [leaf, Object.keys(headOrders), pages, grabs, leastGrabs, verdict]];
  }));
}

testUnless(
  await lacksKernels("6.12"),
  "control: 6.12 grabs huge pages of all kinds once for each leaf, those of dax page by page",
  async () => {
    const kinds = "devdax,thp,hugetlb-2M,hugetlb-1G,anon,fsdax";
    const { rows, devdax, headers } = await compared(
      ...["6.12", kinds, "--map", "mem", "--timeout", "60"] as const,
    );
    assertEquals(found(rows), {
      devdax: ["pmd", ["9"], 512, 512, 3, "per-page"],
      thp: ["pmd", ["9"], 512, 3, 3, "once"],
      "hugetlb-2M": ["pmd", ["9"], 512, 3, 3, "once"],
      "hugetlb-1G": ["pud", ["18"], 512, 3, 3, "once"],
      anon: ["pte", ["0"], 512, 512, 512, "once"],
      // Mapped by a huge leaf, of pages that are not compound.
      fsdax: ["pmd", ["0"], 512, 512, 3, "per-page"],
    });
    assertEquals(devdax.kind, "apart");
    assertMatch(devdax.sentence, /not treated like thp and hugetlb-2M: it takes one/);
    assertMatch(devdax.sentence, /it is treated like fsdax\.$/);
    assertEquals(headers["devdax"]?.memory, { kind: "devdax", map: "mem" });
    assertEquals(headers["fsdax"]?.memory, { kind: "fsdax", map: "mem" });
    assertEquals(headers["hugetlb-1G"]?.device?.alignBytes, 2 ** 30);
  },
);

testUnless(
  await lacksKernels("7.3"),
  "control: 7.3 treats devdax like other huge pages",
  async () => {
    const kinds = "devdax,thp,anon,fsdax";
    const { rows, devdax, headers } = await compared("7.3", kinds);
    assertEquals(found(rows), {
      devdax: ["pmd", ["9"], 512, 3, 3, "once"],
      thp: ["pmd", ["9"], 512, 3, 3, "once"],
      anon: ["pte", ["0"], 512, 512, 512, "once"],
      fsdax: ["pmd", ["9"], 512, 3, 3, "once"],
    });
    assertEquals(devdax.kind, "alike");
    assertMatch(devdax.sentence, /treated like thp and fsdax: each takes one grab/);
    assertEquals(headers["devdax"]?.memory, { kind: "devdax", map: "dev" });
  },
);
