import { assertEquals } from "@std/assert";
import { Tally } from "../../probes/tally.ts";
import { readWireLine, type WireMessage } from "../../probes/wire.ts";
import { unreadable } from "./wire_lines.ts";

/** What each bpftrace printed in a guest of Debian's 6.1, of one call by dd. */
const PRINTED = {
  "0.17": String
    .raw`{"type": "map", "data": {"@stack_calls": {"\n    vfs_read+1\n    ksys_read+107\n    do_syscall_64+93\n    entry_SYSCALL_64_after_hwframe+110\n,412,dd": 6}}}`,
  "0.23": String
    .raw`{"type": "map", "data": {"@stack_calls": {"\\n        vfs_read+1\\n        ksys_read+107\\n        do_syscall_64+93\\n        entry_SYSCALL_64_after_hwframe+110\\n,412,dd": 6}}}`,
  "0.27": String
    .raw`{"type": "map", "data": {"@stack_calls": {"\nvfs_read+1\nksys_read+107\ndo_syscall_64+93\nentry_SYSCALL_64_after_hwframe+110\n,412,dd": 6}}}`,
};

const FRAMES = [
  "vfs_read+1",
  "ksys_read+107",
  "do_syscall_64+93",
  "entry_SYSCALL_64_after_hwframe+110",
];

for (const [version, line] of Object.entries(PRINTED)) {
  Deno.test(`readWireLine() reads stacks as bpftrace ${version} prints them`, () => {
    const sums = [[{ comm: "dd", frames: FRAMES }, 6]] as const;
    assertEquals(readWireLine(line), { kind: "stacks", name: "calls", sums });
  });
}

function map(name: string, sums: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ type: "map", data: { [name]: sums } });
}

Deno.test("a thread's name may have commas and line ends, and a stack may be unknown", () => {
  const read = (key: string) => readWireLine(map("@stack_pages", { [key]: 5 }));
  const stacks = (comm: string, frames: readonly string[]): WireMessage => ({
    kind: "stacks",
    name: "pages",
    sums: [[{ comm, frames }, 5]],
  });
  assertEquals(read("\n  gup+1\n,412,a, b\nc"), stacks("a, b\nc", ["gup+1"]));
  assertEquals(read(",412,dd"), stacks("dd", []));
  assertEquals(read("\n,412,"), stacks("", []));
});

Deno.test("threads of one name that come from one place are added up", () => {
  const sums = { "\na+1\n,412,dd": 3, "\na+1\n,413,dd": 4, "\na+1\n,412,sh": 1 };
  assertEquals(readWireLine(map("@stack_calls", sums)), {
    kind: "stacks",
    name: "calls",
    sums: [[{ comm: "dd", frames: ["a+1"] }, 7], [{ comm: "sh", frames: ["a+1"] }, 1]],
  });
});

Deno.test("a map of stacks that is none is unreadable", () => {
  for (const sums of [{ "412": 1 }, { ",dd": 1 }, { ",412,dd": -1 }, { ",412,dd": "6" }]) {
    const line = map("@stack_calls", sums);
    assertEquals(readWireLine(line), unreadable(line));
  }
});

Deno.test("Tally puts calls beside pages, most pages first, whichever map comes first", () => {
  const lines = [
    map("@stack_calls", { "\na+1\n,412,dd": 3, "\nb+1\n,412,dd": 9, "\na+1\n,412,sh": 1 }),
    map("@stack_pages", { "\na+1\n,412,dd": 512, "\nb+1\n,412,dd": 0, "\na+1\n,412,sh": 600 }),
  ];
  for (const order of [lines, lines.toReversed()]) {
    const tally = new Tally();
    for (const message of order.map(readWireLine)) {
      if (message.kind === "stacks") tally.add(message);
    }
    assertEquals(tally.stacks(), [
      { kind: "stack", comm: "sh", frames: ["a+1"], calls: 1, pages: 600 },
      { kind: "stack", comm: "dd", frames: ["a+1"], calls: 3, pages: 512 },
      { kind: "stack", comm: "dd", frames: ["b+1"], calls: 9, pages: 0 },
    ]);
  }
});
