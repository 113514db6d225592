import { assert, assertEquals, assertThrows } from "@std/assert";
import { type OptionGroup, parseFragment } from "../../../probes/kernel_build/fragment.ts";
import { ROOT } from "../../support/cli.ts";

const TEXT = await Deno.readTextFile(`${ROOT}probes/kernel_build/headcount.config`);

/** The group of an option, among those that a guest cannot do without. */
function groupOf(option: string): OptionGroup | undefined {
  return parseFragment(TEXT).find(({ options }) => options.includes(option));
}

Deno.test("parseFragment() reads paragraphs and passes over comments by themselves", () => {
  const text =
    "# what this is\n\n# one of: the benchmark, by\n# two names\nCONFIG_A=y\nCONFIG_B=y\n\n" +
    "# without: no such device\nCONFIG_USB=n\n";
  assertEquals(parseFragment(text), [
    { demand: "one of", why: "the benchmark, by two names", options: ["A", "B"] },
    { demand: "without", why: "no such device", options: ["USB"] },
  ]);
});

Deno.test("parseFragment() refuses options without a reason", () => {
  assertThrows(() => parseFragment("CONFIG_A=y\n"), RangeError, "what A is for");
  assertThrows(() => parseFragment("# because\nCONFIG_A=y\n"), RangeError);
});

Deno.test("headcount.config has each option once, on where it is asked for", () => {
  const groups = parseFragment(TEXT);
  const all = groups.flatMap(({ options }) => options);
  assertEquals(all.filter((option, i) => all.indexOf(option) < i), []);
  for (const { demand, options } of groups) {
    for (const option of options) {
      if (option === "KERNEL_GZIP") continue;
      const value = demand === "without" ? "n" : "y";
      assert(TEXT.includes(`\nCONFIG_${option}=${value}\n`), option);
    }
  }
});

Deno.test("headcount.config says how options whose names differ are asked for", () => {
  assertEquals(groupOf("GUP_TEST"), groupOf("GUP_BENCHMARK"));
  assertEquals(groupOf("GUP_TEST")?.demand, "one of");
  assertEquals(groupOf("DEBUG_PAGE_REF")?.demand, "wanted");
  for (const option of ["FS_DAX", "DEV_DAX", "NET_9P_VIRTIO", "DEBUG_INFO_BTF", "KPROBES"]) {
    assertEquals(groupOf(option)?.demand, "needed", option);
  }
});
