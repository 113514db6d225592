import { assertEquals, assertStringIncludes } from "@std/assert";
import { DOMParser } from "@xmldom/xmldom";
import { histogramImage } from "../../../analysis/html/histogram_image.ts";
import { histogram } from "../../../analysis/histogram.ts";

Deno.test("histogramImage() is well-formed, has a bar for what was seen, and tells it in words", () => {
  const image = histogramImage([
    { title: "@k[a <b>]", histogram: histogram([[0, 1], [511, 1], [512, 2]]) },
    { title: "@none", histogram: [] },
  ]);
  const { documentElement: root } = new DOMParser().parseFromString(image, "image/svg+xml");
  const widths = Array.from(
    root?.getElementsByTagName("rect") ?? [],
    (it) => Number(it.getAttribute("width")),
  );
  assertEquals(widths.filter((width) => width > 0).length, 3);
  assertEquals(Math.max(...widths), widths.at(-1));
  const words = "@k[a <b>]: [0, 1) 1, [256, 512) 1, [512, 1K) 2; @none: ";
  assertEquals(root?.getElementsByTagName("desc")[0]?.textContent, words);
  assertStringIncludes(image, "prefers-color-scheme:dark");
  assertStringIncludes(image, "nothing to show");
});
