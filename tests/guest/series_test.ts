/** A series in guests: two kernels, two batches, gone on with; and a kernel that cannot do it. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { finish, runTask, startCommand, temporaryFolder } from "../support/cli.ts";
import { guestTest, kernelTest } from "../support/guest.ts";

interface Row {
  readonly kernel: string;
  readonly batch: number;
  readonly kind: string;
  readonly outcome: string;
  readonly verdict?: string;
  readonly totals?: { readonly pages: number; readonly grabs: number };
  readonly times?: { readonly count: number; readonly getNs: { readonly median: number } } | null;
}

function rowsIn(stdout: string): readonly Row[] {
  return JSON.parse(stdout).rows;
}

kernelTest(
  "bzImage-5.10-compound",
  "series: the RFC's kernel before and after, batch by batch, and nothing twice",
  async (image) => {
    await using folder = await temporaryFolder();
    const variant = (name: string, value: number): string =>
      `${name}=${image},append=devdax_compound=1 gup_variant=${value}`;
    const kernels = `${variant("base", 0)},${variant("rfc", 1)}`;
    const series = [
      ...["series", "--out", `${folder.path}/out`, "--format", "json", "--timeout", "240"],
      ...["--kernels", kernels, "--aligns", "2M", "--batches", "1,512"],
      ...["--workload", "gup-test -m 4 -r 2 -a -w"],
    ];
    const first = await runTask([...series, "--expect", "base=per-page,rfc=once"]);
    assertEquals(first.code, 0, first.stderr);
    const pages = 2 * 1024;
    assertEquals(
      rowsIn(first.stdout).map(({ kernel, batch, verdict, outcome, totals }) => [
        ...[kernel, batch, verdict, outcome, totals?.pages, totals?.grabs],
      ]),
      [
        // One page a call leaves nothing to batch.
        ["base", 1, "once", "ok", pages, pages],
        ["base", 512, "per-page", "ok", pages, pages],
        ["rfc", 1, "once", "ok", pages, pages],
        ["rfc", 512, "once", "ok", pages, pages / 512],
      ],
    );
    const again = await runTask(series);
    assertEquals(again.code, 0, again.stderr);
    assertEquals(again.stderr.match(/: kept$/gm)?.length, 4, again.stderr);
    assertEquals(
      rowsIn(again.stdout).map(({ totals }) => totals),
      rowsIn(first.stdout).map(({ totals }) => totals),
    );
  },
);

kernelTest(
  "bzImage-7.3-gup-test",
  "series: Ctrl-C keeps what is done, and the same command goes on",
  async (image) => {
    await using folder = await temporaryFolder();
    const series = [
      ...["series", "--out", `${folder.path}/out`, "--format", "json", "--emulated-times"],
      ...["--timeout", "240"],
      ...["--kernels", `new=${image}`, "--aligns", "2M", "--batches", "123,512"],
      ...["--workload", "gup-test -m 4 -r 3 -a -w"],
    ];
    const child = await startCommand(series);
    await becomes(`${folder.path}/out/new/2M-512/cell.json`);
    child.kill("SIGINT");
    const stopped = await finish(child);
    assertEquals(stopped.code, 130, stopped.stderr);
    assertEquals(rowsIn(stopped.stdout).map(({ kind }) => kind), ["measured", "open"]);
    assertMatch(stopped.stderr, /Stopped by SIGINT; --out .* goes on from here/);
    const { code, stdout, stderr } = await runTask(series);
    assertEquals(code, 0, stderr);
    assertMatch(stderr, /\[1\/2\] new 2M 123: kept\n/);
    assertMatch(stderr, /\[2\/2\] new 2M 512: is made again: its recording is not complete\n/);
    for (const { verdict, times } of rowsIn(stdout)) {
      assertEquals([verdict, times?.count], ["once", 3]);
      assert((times?.getNs.median ?? 0) > 0);
    }
  },
);

guestTest("series: a kernel without the benchmark is skipped, and remembered to be", async () => {
  await using folder = await temporaryFolder();
  const series = [
    ...["series", "--out", `${folder.path}/out`, "--format", "ktap", "--kernels", "6.1"],
    ...["--aligns", "2M", "--batches", "512", "--timeout", "240"],
  ];
  const first = await runTask(series);
  assertEquals(first.code, 0, first.stderr);
  assertMatch(first.stdout, /^ {2}ok 1 align 2M, batch 512 # SKIP .*neither CONFIG_GUP_TEST/m);
  const again = await runTask(series);
  assertEquals([again.code, again.stdout], [0, first.stdout]);
  assertMatch(again.stderr, /^\[1\/1\] 6\.1 2M 512: kept\n/);
});

/** Waits, for at most two minutes, until there is a file. */
async function becomes(path: string): Promise<void> {
  for (let tries = 0; tries < 2400; tries++) {
    if (await Deno.stat(path).then(() => true, () => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`"${path}" did not come to be`);
}
