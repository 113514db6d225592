import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { quote } from "../../probes/shell.ts";

const BUSYBOX = "/bin/busybox";

/** Reads words back as the guest's agent does: a line of shell, from a file, by busybox. */
async function readBack(words: readonly string[]): Promise<string[]> {
  const script = `IFS= read -r line; exec ${BUSYBOX} sh -c "printf '%s\\\\0' $line"`;
  const child = new Deno.Command(BUSYBOX, {
    args: ["sh", "-c", script],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`${words.map(quote).join(" ")}\n`));
  await writer.close();
  const { stdout } = await child.output();
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(stdout).split("\0").slice(0, -1);
}

Deno.test("quote() leaves plain words alone", () => {
  for (const word of ["bpftrace", "/dev/dax0.0", "--align=2097152", "a@b:c,d+e%f"]) {
    assertEquals(quote(word), word);
  }
});

Deno.test("quote() puts any other word on one line", () => {
  const cases = [
    ["", "''"],
    ["two words", "'two words'"],
    ["it's", `'it'\\''s'`],
    ['$HOME `id` "x" \\n', `'$HOME \`id\` "x" \\n'`],
    ["a\nb", "$'a\\nb'"],
    ["it's\n\\n", "$'it\\'s\\n\\\\n'"],
  ] as const;
  for (const [word, expected] of cases) assertEquals(quote(word), expected);
});

Deno.test("quote() refuses a NUL", () => {
  assertThrows(
    () => quote("a\0b"),
    RangeError,
    'Cannot pass "a\\u0000b" to a command: it holds a NUL',
  );
});

const present = await Deno.stat(BUSYBOX).then(() => true, () => false);

Deno.test({
  name: `quote() is undone by busybox's shell${present ? "" : ` (skipped: no ${BUSYBOX})`}`,
  ignore: !present,
  fn: async () => {
    const traps = ["", "'", "\\", "\n", "\\\n'", "$'x'", "!", "~", "*", "{a,b}", "-n", "\r", "\t#"];
    assertEquals(await readBack(traps), traps);
    const word = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: fc.constantFrom(..."'\\\n\"$`! *?[]{}~#&|;<>()\r\tnx0") }),
    ).map((text) => text.replaceAll("\0", ""));
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 40 }), async (words) => {
        assertEquals(await readBack(words), words);
      }),
      { numRuns: 25 },
    );
  },
});
