import { assert, assertEquals } from "@std/assert";
import { renderPage } from "headcount";
import { generateRecording } from "../bench/recording.ts";
import { CHROMIUM, type Seen, startBrowser } from "../support/browser.ts";
import { ROOT, temporaryFolder } from "../support/cli.ts";
import { sideFrom, sideOf } from "../support/page.ts";

/** Where the pictures of the pages are kept, to be looked at. */
const ARTEFACTS = `${ROOT}tests/artefacts`;

const SIGHTS = [
  { name: "phone", width: 360, height: 740 },
  { name: "screen", width: 1440, height: 1000 },
] as const;

function browserTest(name: string, run: (chromium: string) => Promise<void>): void {
  const ignore = CHROMIUM === undefined;
  Deno.test({
    name: ignore ? `${name} (skipped: there is no Chromium)` : name,
    ignore,
    fn: () => run(CHROMIUM ?? ""),
  });
}

function isAlike(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

browserTest(
  "a page opens from a file as it is, on a phone and a screen, by light and dark",
  async (chromium) => {
    await using folder = await temporaryFolder();
    await Deno.mkdir(ARTEFACTS, { recursive: true });
    const pages = {
      one: [await sideOf("puts-debian-6.12-2M")],
      two: [await sideOf("series-linux-5.10"), await sideOf("series-linux-5.10-rfc")],
    };
    await using browser = await startBrowser(chromium);
    for (const [name, sides] of Object.entries(pages)) {
      const page = await renderPage(sides);
      if (typeof page !== "string") throw new Error("the recordings are not alike");
      const file = `${folder.path}/${name}.html`;
      await Deno.writeTextFile(file, page);
      for (const { name: sight, ...size } of SIGHTS) {
        const seen: Seen[] = [];
        for (const scheme of ["light", "dark"] as const) {
          for (const scripts of [true, false]) {
            const it = await browser.see(`file://${file}`, { ...size, scheme, scripts });
            const what = `${name}-${sight}-${scheme}${scripts ? "" : "-no-scripts"}`;
            await Deno.writeFile(`${ARTEFACTS}/${what}.png`, it.screenshot);
            assertEquals([it.requests, it.console], [[], []], what);
            assert(it.contentWidth <= size.width, `${what}: ${it.contentWidth}`);
            seen.push(it);
          }
        }
        const [light, lightOff, dark, darkOff] = seen.map(({ screenshot }) => screenshot);
        assert(light !== undefined && lightOff !== undefined);
        assert(dark !== undefined && darkOff !== undefined);
        assert(isAlike(light, lightOff) && isAlike(dark, darkOff), "scripts make no difference");
        assert(!isAlike(light, dark), "dark is another picture than light");
      }
    }
  },
);

browserTest("a page of 100,000 calls opens in less than two seconds", async (chromium) => {
  await using folder = await temporaryFolder();
  const encoder = new TextEncoder();
  const bytes = [...generateRecording(210_000)].map((piece) => encoder.encode(piece));
  const page = await renderPage([await sideFrom("generated", bytes)]);
  assert(typeof page === "string");
  const file = `${folder.path}/many.html`;
  await Deno.writeTextFile(file, page);
  await using browser = await startBrowser(chromium);
  const sight = { width: 1440, height: 1000, scheme: "light", scripts: true } as const;
  // The first page of a browser waits for the browser, any other for what else the machine does.
  await browser.see("about:blank", sight);
  const times: number[] = [];
  for (let i = 0; i < 3; i++) times.push((await browser.see(`file://${file}`, sight)).loadedAfter);
  assert(Math.min(...times) < 2000, times.map((ms) => `${Math.round(ms)} ms`).join(", "));
});

browserTest("what a page asks for, writes and is too wide for is seen", async (chromium) => {
  await using folder = await temporaryFolder();
  const file = `${folder.path}/bad.html`;
  await Deno.writeTextFile(
    file,
    `<!doctype html><img src="other.png"><p style="width:900px">x</p><script>console.log(1)</script>`,
  );
  await using browser = await startBrowser(chromium);
  const sight = { width: 360, height: 740, scheme: "light", scripts: true } as const;
  const { requests, console, contentWidth } = await browser.see(`file://${file}`, sight);
  assertEquals(requests, [`file://${folder.path}/other.png`]);
  assert(console.length >= 1);
  assert(contentWidth >= 900, String(contentWidth));
});
