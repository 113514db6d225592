import { assertEquals } from "@std/assert";
import { readWireLine } from "../../probes/wire.ts";
import type { RecordingEvent } from "../../recording/event.ts";
import { CALL, CALL_EVENT, events, printed, PUT, RUN, RUN_EVENT } from "./wire_lines.ts";

Deno.test("readWireLine() reads a run of grabs", () => {
  assertEquals(readWireLine(printed(RUN)), events(RUN_EVENT));
});

Deno.test("readWireLine() knows that the slow path names the same folio again", () => {
  assertEquals(
    readWireLine(printed("run 412 1 300000001 4 100a00 100a00 109")),
    events({ ...RUN_EVENT, path: "slow", role: "grabSlow", count: 4, refs: 1, step: 0 }),
  );
});

Deno.test("readWireLine() reads a refused grab", () => {
  assertEquals(
    readWireLine(printed("refused 412 2000103 1 100a01 1")),
    events({
      kind: "refused",
      tid: 412,
      call: 2,
      path: "slow",
      role: "grabOne",
      pfn: 0x100a01,
      refs: 1,
    }),
  );
});

Deno.test("readWireLine() reads a device's leaf and an ordinary one, taken, not, or unseen", () => {
  const results = [["2", true], ["1", false], ["0", undefined]] as const;
  for (const [word, taken] of results) {
    const leaf = {
      kind: "leaf",
      tid: 412,
      call: 1,
      address: "0x7f0040000000",
      pages: 256,
      ...(taken === undefined ? {} : { taken }),
    } as const;
    assertEquals(
      readWireLine(printed(`leaf 412 7f0040000000 7f0040100000 100a00 10000${word}0`)),
      events({ ...leaf, pfn: 0x100a00 }),
    );
    assertEquals(
      readWireLine(printed(`leaf 412 7f0040000000 7f0040100000 0 10000${word}1`)),
      events({ ...leaf, level: "pte" }),
    );
  }
});

Deno.test("readWireLine() reads what a walk backs out of", () => {
  assertEquals(
    readWireLine(printed("undo 412 1 100a00 64")),
    events({ kind: "undo", tid: 412, call: 1, pfn: 0x100a00, pages: 100 }),
  );
});

Deno.test("readWireLine() reads the pages that a call handed back", () => {
  const handed = { kind: "pages", tid: 412, call: 1, pfn: 0x100a00 } as const;
  assertEquals(
    readWireLine(printed("pages 412 1000001 100a00 100 0")),
    events({ ...handed, count: 256 }),
  );
  assertEquals(
    readWireLine(printed("pages 412 1000001 100a00 400 1")),
    events({ ...handed, count: 1024, isCut: true }),
  );
});

Deno.test("readWireLine() reads a call, how it was served, and one that failed", () => {
  assertEquals(readWireLine(printed(CALL)), events(CALL_EVENT));
  assertEquals(
    readWireLine(printed(CALL.replace("80001 256", "80001 -14"))),
    events({ ...CALL_EVENT, returned: -14 }),
  );
  const served = (state: string) => readWireLine(printed(CALL.replace("3000001", state)));
  assertEquals(served("3000005"), events({ ...CALL_EVENT, fellBack: true }));
  assertEquals(served("300000b"), events({ ...CALL_EVENT, path: "slow" }));
  assertEquals(served("3000201"), events({ ...CALL_EVENT, parts: 2 }));
});

Deno.test("readWireLine() tells what is of another call of the thread apart", () => {
  const { run: _, leaf: __, ...bare } = CALL_EVENT;
  const other = CALL.replace("200000100 1 ", "0 0 ").replace("3000020", "2000020");
  assertEquals(readWireLine(printed(other)), events({ ...bare, kind: "call" } as RecordingEvent));
  assertEquals(
    readWireLine(printed(CALL.replace(" 2 7 0 0", " 3 7 0 0"))),
    events({ ...CALL_EVENT, putsInside: 7 }),
  );
});

Deno.test("readWireLine() reads what was only added up, of either path", () => {
  const unlisted = { grabs: 18, refs: 36, slowGrabs: 2, slowRefs: 4 };
  const read = (word: string) =>
    readWireLine(
      printed(CALL.replace("3000001", word).replace(" 0 0", " 200000010 400000020")),
    );
  const event = { ...CALL_EVENT, fellBack: true, parts: 64 };
  assertEquals(read("3004035"), events({ ...event, unlisted }));
  assertEquals(read("3004015"), events({ ...event, unlisted: { ...unlisted, single: true } }));
});

Deno.test("readWireLine() reads which process a thread is of, whatever its name", () => {
  const thread = {
    kind: "thread",
    tid: 412,
    pid: 400,
    at: 0x12a05f200,
    comm: "Web Content",
  } as const;
  assertEquals(readWireLine(printed("thread 412 400 12a05f200 Web Content")), events(thread));
  assertEquals(readWireLine(printed("thread 412 400 12a05f200 ")), events({ ...thread, comm: "" }));
  const odd = printed("thread 412 x 12a05f200 sh");
  assertEquals(readWireLine(odd), events({ kind: "unreadable", text: odd }));
});

Deno.test("readWireLine() reads puts, outside a call and inside one", () => {
  const put: RecordingEvent = {
    kind: "put",
    tid: 412,
    call: 0,
    role: "unpin",
    pin: true,
    at: 5_000_000_000,
    pfn: 0x100a00,
    order: 9,
    count: 3,
    refs: 512,
    step: 0,
  };
  assertEquals(readWireLine(printed(PUT)), events(put));
  const undone = (1 + 1 * 2 ** 32 + 2 ** 41).toString(16);
  assertEquals(
    readWireLine(printed(`put 412 7 ${undone} 100a00 12a05f200 200`)),
    events({
      ...put,
      call: 7,
      path: "slow",
      role: "put",
      pin: false,
      order: 0,
      count: 512,
      refs: 1,
      step: 1,
    }),
  );
});

Deno.test("readWireLine() keeps an address that no double holds", () => {
  const message = readWireLine(printed(CALL.replace("7f0040000000", "fffffffffffff001")));
  const [call] = message.kind === "events" ? message.events : [];
  assertEquals(call?.kind === "call" && call.address, "0xfffffffffffff001");
});
