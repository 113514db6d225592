import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RequestError } from "../../../probes/failure.ts";
import {
  leastBytes,
  parsePieces,
  partsOf,
  piecesOf,
  type PiecesWish,
  pieceWords,
} from "../../../probes/workloads/pieces.ts";

const PAGE = 4096;

function startsOf(text: string): readonly number[] | undefined {
  return parsePieces("direct-io", new Map([["o", text]])).starts;
}

Deno.test("parsePieces() reads a start in pages, in sectors, or in both", () => {
  assertEquals(startsOf("0"), [0]);
  assertEquals(startsOf("12"), [12 * PAGE]);
  assertEquals(startsOf("12s"), [12 * 512]);
  assertEquals(startsOf("511+1s,5"), [511 * PAGE + 512, 5 * PAGE]);
});

Deno.test("parsePieces() refuses what is no start or no size, with the option", () => {
  for (const text of ["", "s", "+1s", "5+", "5+1", "1s+5", "-1", "1.5", "0x5", "9".repeat(20)]) {
    assertThrows(() => startsOf(text), RequestError, `direct-io: "-o ${text}" is no start`);
  }
  assertThrows(() => startsOf("5,,6"), RequestError, '"-o " is no start');
  for (const text of ["", "0", "-1", "many", "2147483648"]) {
    const options = new Map([["n", text]]);
    assertThrows(() => parsePieces("vmsplice", options), RequestError, `vmsplice: "-n ${text}"`);
  }
});

/** Wishes with starts and sizes that are there or not. */
const WISHES: fc.Arbitrary<PiecesWish> = fc.record({
  pages: fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 }),
  starts: fc.array(fc.integer({ min: 0, max: 20_000 }).map((sectors) => sectors * 512), {
    minLength: 1,
    maxLength: 5,
  }),
}, { requiredKeys: [] });

Deno.test("pieceWords() are options that ask for the same", () => {
  fc.assert(fc.property(WISHES, (wish) => {
    const words = pieceWords(wish);
    const options = new Map(
      Array.from(
        { length: words.length / 2 },
        (_, i) => [words[2 * i]?.slice(1) ?? "", words[2 * i + 1] ?? ""],
      ),
    );
    assertEquals(parsePieces("direct-io", options), wish);
  }));
});

Deno.test("leastBytes() is what all pieces fit into, and not a page more", () => {
  fc.assert(fc.property(WISHES, (wish) => {
    const bytes = leastBytes(wish);
    const ends = piecesOf(wish, bytes).map(({ offset, bytes }) => offset + bytes);
    assertEquals(bytes % PAGE, 0);
    assertEquals(Math.ceil(Math.max(...ends) / PAGE) * PAGE, bytes);
    assert(piecesOf(wish, bytes).every((piece) => piece.bytes > 0));
  }));
});

Deno.test("piecesOf() takes each size at each start", () => {
  assertEquals(piecesOf({ pages: [1, 513], starts: [0, 512] }, 4 * 2 ** 20), [
    { offset: 0, bytes: PAGE },
    { offset: 0, bytes: 513 * PAGE },
    { offset: 512, bytes: PAGE },
    { offset: 512, bytes: 513 * PAGE },
  ]);
  assertEquals(piecesOf({ starts: [PAGE] }, 3 * PAGE), [{ offset: PAGE, bytes: 2 * PAGE }]);
});

Deno.test("partsOf() cuts at ends of pages, and loses nothing", () => {
  const piece = fc.record({
    offset: fc.integer({ min: 0, max: 10_000 }),
    bytes: fc.integer({ min: 1, max: 100_000 }),
  });
  fc.assert(fc.property(piece, fc.integer({ min: 1, max: 8 }), (piece, pages) => {
    const parts = partsOf(piece, pages * PAGE);
    let at = piece.offset;
    for (const [i, { offset, bytes }] of parts.entries()) {
      assertEquals(offset, at);
      at += bytes;
      const touched = Math.ceil(at / PAGE) - Math.floor(offset / PAGE);
      assert(touched <= pages);
      if (i < parts.length - 1) assertEquals([at % PAGE, touched], [0, pages]);
    }
    assertEquals(at, piece.offset + piece.bytes);
  }));
});
