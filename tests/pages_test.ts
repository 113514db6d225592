import { assert, assertEquals } from "@std/assert";
import { renderPage } from "headcount";
import { ROOT } from "./support/cli.ts";
import { sideOf } from "./support/page.ts";

/** The pages in `examples/pages`, and the recordings that they are made of. */
const PAGES: Readonly<Record<string, readonly string[]>> = {
  "linux-5.10-rfc": ["linux-5.10-2M", "linux-5.10-rfc-2M"],
  "debian-6.12": ["puts-debian-6.12-2M"],
  "debian-7.3": ["puts-debian-7.3-2M"],
};

Deno.test("the pages in examples/ are those that the task makes", async () => {
  const folder = `${ROOT}examples/pages`;
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  assertEquals(names.sort(), Object.keys(PAGES).map((name) => `${name}.html`).sort());
  for (const [name, recordings] of Object.entries(PAGES)) {
    const sides = await Promise.all(recordings.map(async (recording) => ({
      ...await sideOf(recording),
      name: `tests/fixtures/recordings/${recording}`,
    })));
    const page = await renderPage(sides);
    assert(typeof page === "string", name);
    const file = `${folder}/${name}.html`;
    if (Deno.env.get("UPDATE_REPORTS") === "1") await Deno.writeTextFile(file, page);
    assertEquals(
      await Deno.readTextFile(file) === page,
      true,
      `${name}: UPDATE_REPORTS=1 makes it`,
    );
  }
});
