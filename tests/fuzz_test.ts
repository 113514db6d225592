import { assert, assertEquals } from "@std/assert";
import { LINE_READERS, readEndlessLine } from "./support/endless_line.ts";
import { fuzzedParsers } from "./support/fuzzed_parsers.ts";
import { fuzz } from "./support/fuzzing.ts";

/** The bench gives each parser a million. */
const INPUTS = 2000;
/** Bytes of a line without an end; in the bench it has a GiB. */
const ENDLESS = 2 ** 26;

for (const parser of await fuzzedParsers()) {
  Deno.test(`no input makes the parser of ${parser.name} throw, hang or return nonsense`, async () => {
    await fuzz(parser, INPUTS, 1);
  });
}

for (const reader of LINE_READERS) {
  Deno.test(`a line without an end takes ${reader}() no more memory than the longest that counts`, async () => {
    const { kept, grownMebibytes } = await readEndlessLine(reader, ENDLESS);
    assertEquals(kept, { splitLines: 2 ** 20, createScanner: 200, PortReader: 0 }[reader]);
    // Beside that there is what the collector has not taken away yet, more with each such line.
    assert(grownMebibytes < 200, `${grownMebibytes} MiB`);
  });
}
