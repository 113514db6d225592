import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type PageSide, renderPage } from "headcount";
import { generateRecording } from "../../bench/recording.ts";
import { RECORDINGS } from "../../support/fixture.ts";
import { elements, parsePage, reachesOut, sideFrom, sideOf, textOf } from "../../support/page.ts";

async function pageOf(...sides: readonly PageSide[]): Promise<string> {
  const page = await renderPage(sides);
  if (typeof page !== "string") throw new Error("the recordings are not alike");
  return page;
}

Deno.test("the page of each recording is well-formed, by itself, and says the verdict's arithmetic", async () => {
  for await (const { name } of Deno.readDir(RECORDINGS)) {
    const side = await sideOf(name);
    const page = await pageOf(side);
    assertEquals(reachesOut(page), [], name);
    const text = textOf(page);
    for (const reason of side.report.reasons) assertStringIncludes(text, reason);
    assert(!/undefined|NaN|\[object/.test(page), name);
  }
});

Deno.test("each picture has a title, and a figure a caption and its numbers", async () => {
  const root = parsePage(await pageOf(await sideOf("series-linux-5.10")));
  for (const svg of elements(root, "svg")) {
    assertEquals(elements(svg, "title").length >= 1, true);
    assertEquals(svg.getAttribute("role"), "img");
  }
  const figures = elements(root, "figure");
  assertEquals(figures.length, 9);
  for (const figure of figures) {
    const caption = elements(figure, "figcaption")[0]?.textContent ?? "";
    assertEquals([elements(figure, "details").length, elements(figure, "table").length], [1, 1]);
    assert(elements(figure, "td").length > 0, caption);
  }
});

Deno.test("512 grabs are drawn as 512 cells, and 3 as bars", async () => {
  const cells = async (name: string): Promise<number> => {
    const [map] = elements(parsePage(await pageOf(await sideOf(name))), "figure");
    if (map === undefined) throw new Error("no map");
    const drawn = elements(map, "path").map((path) => path.getAttribute("d") ?? "").join("");
    return drawn.split("M").length - 1;
  };
  assertEquals(await cells("puts-debian-6.12-2M"), 512);
  // A bar for each of 8 lines of 64 pages; the last page of the last line is the third call's.
  assertEquals(await cells("puts-debian-7.3-2M"), 9);
});

Deno.test("two recordings are compared: counts in a table, and times on one axis", async () => {
  const sides = [await sideOf("linux-5.10-2M"), await sideOf("linux-5.10-rfc-2M")];
  const page = await pageOf(...sides);
  const text = textOf(page);
  assertStringIncludes(text, "per-page -> once: 512 -> 3 grabs for 512 pages (171x fewer)");
  assertStringIncludes(text, "grabs5123171x fewer");
  const curves = elements(parsePage(page), "path").map((path) => path.getAttribute("class"));
  assert(curves.includes("curve s0") && curves.includes("curve s1"));
});

Deno.test("two that are not alike are not put side by side, unless that is forced", async () => {
  const sides = [await sideOf("linux-5.10-2M"), await sideOf("debian-6.1-1G")];
  const unlike = await renderPage(sides);
  assert(typeof unlike !== "string");
  assertEquals(unlike.differences.map(({ what }) => what), ["align"]);
  const page = await renderPage(sides, { force: true });
  assert(typeof page === "string");
  assertStringIncludes(textOf(page), "Not alike, and compared all the same");
});

Deno.test("the style is what a browser is to read, which takes no escapes in it", async () => {
  const page = await pageOf(await sideOf("linux-7.3-2M"));
  const style = page.split("<style>")[1]?.split("</style>")[0] ?? "";
  assertStringIncludes(style, ".pair > *");
  assert(!style.includes("&"));
});

Deno.test("three recordings stand beside each other", async () => {
  const names = ["puts-debian-5.10-2M", "puts-debian-6.12-2M", "puts-debian-7.3-2M"];
  const root = parsePage(await pageOf(...await Promise.all(names.map(sideOf))));
  const maps = elements(root, "figure").filter((it) => it.getAttribute("class") === "map");
  assertEquals(maps.length, 3);
});

Deno.test("each picture of times says where they are an emulator's, and only there", async () => {
  const side = await sideOf("calls-linux-5.10-rfc-gup-test");
  const captions = (page: string) =>
    elements(parsePage(page), "figcaption").map((it) => it.textContent ?? "")
      .filter((caption) => /time/i.test(caption));
  const emulated = captions(await pageOf(side));
  assert(emulated.length >= 3);
  for (const caption of emulated) assertStringIncludes(caption, "emulated, not hardware's time");
  const target = { ...side.report.target, accelerator: "hardware" } as const;
  const hardware = captions(await pageOf({ ...side, report: { ...side.report, target } }));
  assertEquals(hardware.filter((caption) => caption.includes("emulated")), []);
});

Deno.test("what a recording says of itself is text, whatever it holds", async () => {
  const side = await sideOf("linux-7.3-2M");
  const evil = `</title><script>alert("1")</script>&amp;\u0000`;
  const page = await pageOf({
    ...side,
    name: evil,
    report: { ...side.report, reasons: [evil], workload: { ...side.report.workload, name: evil } },
    script: { text: evil, isAsRun: false },
  });
  assertEquals(reachesOut(page), []);
  assertStringIncludes(
    textOf(page),
    `</title><script>alert("1")</script>&amp;`,
  );
});

Deno.test("100,000 calls are a page of less than 2 MB, beside as many as well", async () => {
  const encoder = new TextEncoder();
  const bytes = [...generateRecording(210_000)].map((piece) => encoder.encode(piece));
  const side = await sideFrom("generated", bytes);
  assert(side.report.totals.calls > 100_000, String(side.report.totals.calls));
  for (const sides of [[side], [side, side]]) {
    const page = await pageOf(...sides);
    parsePage(page);
    assert(page.length < 2e6, String(page.length));
  }
});
