import { assertEquals, assertStrictEquals } from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { encodeItem } from "../../recording/codec.ts";
import { isRecordingItem, recordingSchema } from "../../recording/shape.ts";
import { CALL, HEADER, LEAF, PUT, READY, RUN, WHOLE_CALL, WROTE } from "../analysis/support.ts";
import { readFixture, RECORDINGS } from "../support/fixture.ts";

const FILE = new URL("../../docs/recording.schema.json", import.meta.url);
const UPDATE = Deno.env.get("UPDATE_REPORTS") === "1";

const validate = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true })
  .compile(recordingSchema());

Deno.test("docs/recording.schema.json is what the checks are made of", async () => {
  const text = `${JSON.stringify(recordingSchema(), null, 2)}\n`;
  if (UPDATE) await Deno.writeTextFile(FILE, text);
  assertEquals(await Deno.readTextFile(FILE), text);
});

Deno.test("the schema admits every line of the recordings that real kernels gave", async () => {
  for await (const { name } of Deno.readDir(RECORDINGS)) {
    const text = new TextDecoder().decode(await readFixture(name));
    for (const line of text.split("\n").slice(0, -1)) {
      assertEquals([validate(JSON.parse(line)), validate.errors], [true, null], `${name}: ${line}`);
    }
  }
});

Deno.test("the schema refuses just what the checks refuse", () => {
  const items = [HEADER, CALL, WHOLE_CALL, RUN, LEAF, PUT, READY, ...WROTE];
  const edges = fc.constantFrom<unknown>(
    ...[
      null,
      "",
      [],
      {},
      true,
      -1,
      0,
      0.5,
      63,
      64,
      2 ** 31,
      2 ** 52,
      2 ** 53,
      "0x0",
      "fast",
      "pmd",
    ],
  );
  const changes = fc.tuple(
    fc.constantFrom(...items.map((item) => JSON.parse(encodeItem(item)))),
    fc.nat(),
    fc.option(fc.oneof(edges, fc.jsonValue()), { nil: undefined }),
  );
  let refused = 0;
  fc.assert(
    fc.property(changes, ([item, n, value]) => {
      const places = placesOf(item);
      const [object, name] = places[n % places.length] ?? [{}, ""];
      const old = object[name];
      object[name] = value;
      const line: unknown = JSON.parse(JSON.stringify(item));
      object[name] = old;
      assertStrictEquals(validate(line), isRecordingItem(line), JSON.stringify(line));
      if (!isRecordingItem(line)) refused++;
    }),
    { numRuns: 5000 },
  );
  assertEquals(refused > 1000, true, "most changes are refused");
});

/** All fields of a value, of objects inside of it as well. */
function placesOf(value: Record<string, unknown>): [Record<string, unknown>, string][] {
  return Object.entries(value).flatMap(([name, inner]) => [
    [value, name],
    ...(typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? placesOf(inner as Record<string, unknown>)
      : []),
  ]);
}
