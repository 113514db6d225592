import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { commandLine, oneLine, quoteWord } from "../../../probes/ssh/words.ts";
import { AWKWARD } from "../../support/awkward_words.ts";

/** Shells that can be at a far side, those of them that are here. */
const SHELLS: readonly (readonly [string, ...string[]])[] = await (async () => {
  const shells = [["sh"], ["bash"], ["busybox", "sh"]] as const;
  const here: (readonly [string, ...string[]])[] = [];
  for (const shell of shells) {
    const [program, ...args] = shell;
    try {
      await new Deno.Command(program, { args: [...args, "-c", ":"] }).output();
      here.push(shell);
    } catch {
      // Not here.
    }
  }
  return here;
})();

/** Reads a command back as run.sh does. */
async function readBack(
  [program, ...args]: readonly [string, ...string[]],
  words: readonly string[],
): Promise<readonly string[]> {
  const script =
    `IFS= read -r line; eval "set -- $(printf %b "$line")"; printf '%s\\0' "$@"; printf end`;
  const child = new Deno.Command(program, {
    args: [...args, "-c", script],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`${commandLine(words)}\n`));
  await writer.close();
  const { stdout } = await child.output();
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(stdout).split("\0").slice(0, -1);
}

const word = fc.oneof(
  fc.constantFrom(...AWKWARD),
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."'\\\n\"$`! *?[]{}~#&|;<>()\r\tncx01%") }),
).map((text) => text.replaceAll("\0", ""));

for (const shell of SHELLS) {
  Deno.test(`words of a command come back out of ${shell.join(" ")} as they went in`, async () => {
    assertEquals(await readBack(shell, AWKWARD), AWKWARD);
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 40 }), async (words) => {
        assertEquals(await readBack(shell, words), words);
      }),
      { numRuns: 25 },
    );
  });
}

Deno.test("oneLine() leaves no line feed", () => {
  fc.assert(fc.property(fc.string(), (text) => !oneLine(text).includes("\n")));
});

Deno.test("quoteWord() refuses a NUL", () => {
  assertThrows(() => quoteWord("a\0b"), RangeError, 'Cannot pass "a\\u0000b" to a command');
});
