import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { PlanPreview } from "headcount";
import { factsNames, readFacts } from "../support/facts.ts";
import { runTask, temporaryFolder } from "../support/cli.ts";
import { guestTest, lacksKernels, leftoversAtRest, testUnless } from "../support/guest.ts";

guestTest("plan says what it would probe, and leaves nothing behind", async () => {
  await using folder = await temporaryFolder();
  const { code, stdout, stderr } = await runTask(["plan", "--quiet"], { TMPDIR: folder.path });
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^ {2}kernel +6\.1\./m);
  assertMatch(stdout, /^ {2}grabOne +grab of one page: try_grab_page \(fentry\); 5\.6 to 6\.9/m);
  assertStringIncludes(stdout, "\nNot observed\n");
  assertStringIncludes(stdout, "\nkretfunc:try_grab_page\n");
  for (const line of stdout.split("\nProgram\n")[0]?.split("\n") ?? []) {
    assertEquals(line.length <= 80, true, line);
  }
  assertEquals(await leftoversAtRest(folder.path), []);
});

for (const wish of ["5.10", "6.12", "7.3"]) {
  testUnless(
    await lacksKernels(wish),
    `plan --json: the facts of ${wish} are those of the fixture`,
    async () => {
      const { code, stdout, stderr } = await runTask([
        "plan",
        "--quiet",
        "--json",
        "--kernel",
        wish,
      ]);
      assertEquals(code, 0, stderr);
      const { facts, plan }: PlanPreview = JSON.parse(stdout);
      const name = (await factsNames()).find((it) => it.startsWith(`${wish}.`) && it.includes("-"));
      const expected = await readFacts(name ?? "");
      // Debian may have a newer build of it by now; what it shows must not differ.
      assertEquals(facts.symbols, expected.symbols);
      assertEquals(facts.traceable, expected.traceable);
      assertEquals(facts.types, expected.types);
      assertEquals(plan.roles.entry.kind, "probed");
    },
  );
}
