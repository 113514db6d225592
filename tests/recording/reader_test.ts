import { assertEquals } from "@std/assert";
import { type Field, field, text } from "../../recording/layout.ts";
import { Reader } from "../../recording/reader.ts";

const encoder = new TextEncoder();

/** What is read of bytes that follow a text; `undefined` where they are odd. */
function read(rest: Uint8Array | string, how: "hex" | "number", limit = 2 ** 53): unknown {
  const reader = new Reader(256);
  const before = '"address":';
  reader.bytes.set(encoder.encode(before));
  reader.bytes.set(typeof rest === "string" ? encoder.encode(rest) : rest, before.length);
  const next = how === "hex" ? reader.hex(0, text(before)) : reader.number(0, field(before, limit));
  return next === reader.odd ? undefined : [reader.value, next - before.length];
}

Deno.test("Reader.hex() reads up to 13 digits, written the shortest way", () => {
  const digits = "123456789abcdef0";
  for (let length = 1; length <= 16; length++) {
    const some = digits.slice(0, length);
    assertEquals(
      read(`${some}"`, "hex"),
      length <= 13 ? [parseInt(some, 16), length] : undefined,
      some,
    );
    assertEquals(read(`0${some}"`, "hex"), undefined);
  }
  assertEquals(read('0"', "hex"), [0, 1]);
  assertEquals(read('"', "hex"), undefined);
});

Deno.test("Reader.hex() takes no other byte for a digit, wherever it is", () => {
  for (let place = 0; place < 13; place++) {
    for (let byte = 0; byte < 256; byte++) {
      const bytes = encoder.encode('f0e1d2c3b4a59"');
      bytes[place] = byte;
      const [digits = ""] = /^[0-9a-f]*/.exec(String.fromCharCode(...bytes)) ?? [];
      const isOdd = digits === "" || (digits[0] === "0" && digits.length > 1);
      const expected = isOdd ? undefined : [parseInt(digits, 16), digits.length];
      assertEquals(read(bytes, "hex"), expected, `${byte} at ${place}`);
    }
  }
});

Deno.test("Reader.number() reads up to 15 digits, written the shortest way", () => {
  const digits = "98765432109876543";
  for (let length = 1; length <= digits.length; length++) {
    const some = digits.slice(0, length);
    const expected = length <= 15 ? [Number(some), length] : undefined;
    assertEquals(read(`${some},`, "number"), expected, some);
    assertEquals(read(`0${some},`, "number"), undefined);
    assertEquals(read(`${some},`, "number", Number(some) - 1), undefined);
  }
  assertEquals([read("0,", "number"), read(",", "number")], [[0, 1], undefined]);
});

Deno.test("Reader.number() reads numbers below 0 where they may be", () => {
  const signed = field(',"returned":', 2 ** 31 - 1, true);
  const unsigned = field(',"returned":', 2 ** 31 - 1);
  const readAs = (digits: string, it: Field): number | undefined => {
    const reader = new Reader(256);
    encoder.encodeInto(`,"returned":${digits},`, reader.bytes);
    const next = reader.number(0, it);
    if (next === reader.odd) return undefined;
    assertEquals(next, it.length + digits.length);
    return reader.small;
  };
  for (const value of [0, 14, 4095, 987_654_321, 2 ** 31 - 1]) {
    assertEquals([readAs(`${value}`, signed), readAs(`${value}`, unsigned)], [value, value]);
    assertEquals(readAs(`-${value}`, unsigned), undefined);
    assertEquals(readAs(`-${value}`, signed), value === 0 ? undefined : -value);
  }
  for (const odd of ["-", "--1", "-01", "-x", "-2147483648", "2147483648"]) {
    assertEquals(readAs(odd, signed), undefined, odd);
  }
});

Deno.test("Reader.number() wants each byte of the text before it", () => {
  for (let length = 4; length <= 24; length++) {
    const name = ',"abcdefghijklmnopqrstu":'.slice(0, length);
    const bytes = encoder.encode(`${name}7,`);
    for (let place = -1; place < length; place++) {
      const reader = new Reader(256);
      reader.bytes.set(bytes);
      if (place >= 0) reader.bytes[place] = 33;
      const next = reader.number(0, field(name, 9));
      assertEquals(next, place < 0 ? length + 1 : reader.odd, `byte ${place} of ${name}`);
    }
  }
});

Deno.test("a Reader keeps a number that is no small integer as it is", () => {
  const reader = new Reader(64);
  for (const value of [0, 7, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 7, 999_999_999_999_999]) {
    encoder.encodeInto(`,"at":${value},`, reader.bytes);
    reader.number(0, field(',"at":', Number.MAX_SAFE_INTEGER));
    assertEquals([reader.value, reader.small], [value, value]);
  }
});
