import { assertEquals, assertThrows } from "@std/assert";
import { MachineryError } from "../../../probes/failure.ts";
import { madeIn } from "../../../probes/devdax/create.ts";
import { inventoryIn } from "../../../probes/devdax/inventory.ts";
import { memmapOption } from "../../../probes/devdax/memmap.ts";
import { mapIn } from "../../../probes/device.ts";

const NOTHING = { dax: [], blocks: [], uses: [] };

Deno.test("no list of ndctl's is relied on in which a field is missing or of another type", () => {
  const lists = ["null", "7", '"a"', "[null]", '[{"dev":"region0"}]'];
  lists.push('[{"dev":"region0","size":1e999}]', '[{"dev":"region0","size":1,"namespaces":{}}]');
  lists.push('[{"dev":"region0","size":1,"namespaces":[{"dev":7}]}]');
  for (const list of lists) {
    assertThrows(() => inventoryIn(list, NOTHING, {}), MachineryError, "Cannot understand", list);
  }
  assertThrows(() => inventoryIn("[", NOTHING, {}), MachineryError, "it is no JSON");
  assertEquals(inventoryIn("{}", NOTHING, {}).regions, []);
});

Deno.test("a block device by the name of what every object has holds nothing known", () => {
  const namespaces = [{ dev: "namespace0.0", size: 1, blockdev: "constructor" }];
  const list = JSON.stringify([{ dev: "region0", size: 1, namespaces }]);
  const [namespace] = inventoryIn(list, NOTHING, {}).namespaces;
  assertEquals([namespace?.mode, namespace?.contents.kind], ["unknown", "unknown"]);
});

Deno.test("what ndctl made is a namespace, or it is not told", () => {
  for (const printed of ["", "null", "[]", '{"dev":7}', '{"dev":"a","daxregion":[]}']) {
    assertThrows(() => madeIn(printed), MachineryError, "Cannot understand", printed);
  }
  assertThrows(() => madeIn('{"dev":"a"}'), MachineryError, "no device came of it");
});

Deno.test("where struct pages are is not told by what is no list", () => {
  for (const list of ["[", "null", "[null]", "7", '[{"blockdev":"pmem0","map":"dev"}]']) {
    assertEquals(mapIn(list, "/dev/pmem0"), undefined, list);
  }
});

Deno.test("a range of memory that no processor reaches is none", () => {
  assertEquals(memmapOption(`0-${"f".repeat(300)} : System RAM`), undefined);
});
