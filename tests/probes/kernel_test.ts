import { assertEquals } from "@std/assert";
import { countNames } from "../../probes/kernel.ts";

Deno.test("countNames() counts a function by the name of what every object has", () => {
  const counts = countNames("f t constructor\nf t __proto__\nf T __proto__\n");
  assertEquals(Object.entries(counts), [["constructor", 1], ["__proto__", 2]]);
});

Deno.test("countNames() leaves out modules, and lines without a name", () => {
  assertEquals(countNames("ext4_map_blocks [ext4]\n[ext4]\n \n\tgup_fast\t\n"), {
    ext4_map_blocks: 1,
    gup_fast: 1,
  });
});
