import { assertEquals, assertThrows } from "@std/assert";
import { RequestError } from "../../../probes/failure.ts";
import { getopt } from "../../../probes/workloads/getopt.ts";

const LETTERS = { plain: "ab", valued: "no", exclusive: ["ab"] };

function parse(text: string): Record<string, string> {
  return Object.fromEntries(getopt("it", text.split(" "), LETTERS));
}

Deno.test("getopt() takes values from the word or from the next one", () => {
  assertEquals(parse("-n5 -o 6"), { n: "5", o: "6" });
  assertEquals(parse("-an 5"), { a: "", n: "5" });
  assertEquals(parse("-n -1"), { n: "-1" });
});

Deno.test("getopt() names the option that it refuses", () => {
  assertThrows(() => parse("-x"), RequestError, 'it has no option "-x": it takes -n -o -a -b');
  assertThrows(() => parse("-n 1 -n 2"), RequestError, 'it: "-n" is there twice');
  assertThrows(() => parse("-a -b"), RequestError, 'it cannot do both, "-a" and "-b"');
  assertThrows(() => parse("5"), RequestError, 'it takes options only, not "5"');
});
