import { assertEquals } from "@std/assert";
import { parseBytes } from "../../probes/bytes.ts";

Deno.test("parseBytes() reads sizes as people write them", () => {
  const cases = [
    ["0", 0],
    ["4096", 4096],
    ["512B", 512],
    ["4K", 4096],
    ["2M", 2 ** 21],
    ["2m", 2 ** 21],
    ["2MiB", 2 ** 21],
    ["2MB", 2 ** 21],
    ["1G", 2 ** 30],
    ["007K", 7168],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
  ] as const;
  for (const [text, bytes] of cases) assertEquals(parseBytes(text), bytes, text);
});

Deno.test("parseBytes() refuses everything else", () => {
  const texts = [
    "",
    " ",
    "two",
    "M",
    "-1",
    "+1",
    "1.5M",
    "2 M",
    " 2M",
    "2M\n",
    "2T",
    "2KK",
    "0x10",
    "1e3",
    "٣M",
    "9007199254740992",
    "9999999G",
  ];
  for (const text of texts) assertEquals(parseBytes(text), undefined, JSON.stringify(text));
});
