import { assertEquals } from "@std/assert";
import { makePlan } from "../../probes/plan.ts";
import { renderScript } from "../../probes/script.ts";
import { factsNames, factsOf, readFixture } from "../support/facts.ts";

/**
 * The program expected for each kernel lies in fixtures/scripts. After a change that is meant,
 * `UPDATE_SCRIPTS=1` in the environment of this test writes them anew, to be read before they are
 * committed.
 */
const FOLDER = new URL("../fixtures/scripts/", import.meta.url);
const UPDATE = Deno.env.get("UPDATE_SCRIPTS") === "1";

async function programFor(name: string): Promise<string> {
  const facts = factsOf(await readFixture(name));
  return renderScript(makePlan(facts), { release: facts.release, headcount: "0.1.0" });
}

for (const name of await factsNames()) {
  Deno.test(`renderScript() writes the program that is kept for ${name}`, async () => {
    const program = await programFor(name);
    const url = new URL(`${name}.bt`, FOLDER);
    if (UPDATE) await Deno.writeTextFile(url, program);
    assertEquals(program, await Deno.readTextFile(url));
  });

  Deno.test(`renderScript() clears all but the totals at the end for ${name}`, async () => {
    const [body = "", end = ""] = (await programFor(name)).split("\nEND\n");
    const maps = new Set(body.replace(/\/\*[^]*?\*\//g, "").match(/@\w+/g));
    const cleared = end.match(/(?<=clear\()@\w+/g) ?? [];
    assertEquals(
      [...maps].filter((map) => !map.startsWith("@total_")).sort(),
      cleared,
    );
  });
}

Deno.test("renderScript() leaves out what a plan does not probe", async () => {
  const plan = makePlan(factsOf(await readFixture("7.3.4")));
  const { entry } = plan.functions;
  const program = renderScript(
    { ...plan, functions: entry === undefined ? {} : { entry } },
    { release: "7.3.4", headcount: "0.1.0" },
  );
  assertEquals(program.match(/^k\w+:.*$/gm), [
    "kfunc:gup_fast_fallback",
    "kretfunc:gup_fast_fallback",
  ]);
});
