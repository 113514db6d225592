import { assertEquals } from "@std/assert";
import type { WorkloadReport } from "../../../recording/event.ts";
import { readWorkloadLine } from "../../../probes/workloads/report.ts";

/** A repeat that failed. */
const REPEAT: WorkloadReport = {
  step: "repeat",
  name: "pin-fast",
  repeat: 2,
  thread: 1,
  address: "0x7f0040000000",
  bytes: 2 ** 21,
  result: -12,
};

const REPORTS: readonly WorkloadReport[] = [
  { step: "ready", pid: 412, address: "0x7f0040000000", bytes: 2 ** 24 },
  {
    step: "syscall",
    name: "pwrite64",
    address: "0x7f0040000000",
    bytes: 2 ** 21,
    result: 2 ** 21,
  },
  { step: "syscall", name: "pwrite64", address: "0x7f0040000000", bytes: 4096, result: -14 },
  REPEAT,
  { step: "done", bytes: 2 ** 21 },
];

Deno.test("readWorkloadLine() reads every report", () => {
  for (const report of REPORTS) {
    assertEquals(readWorkloadLine(JSON.stringify(report)), report);
  }
});

Deno.test("readWorkloadLine() reads the times of a repeat that has some", () => {
  const report = { ...REPEAT, result: 2 ** 21, getNs: 75_000, putNs: 3_000 };
  assertEquals(readWorkloadLine(JSON.stringify(report)), report);
  for (const wrong of [{ getNs: -1 }, { putNs: "3" }, { getNs: 1.5 }]) {
    assertEquals(readWorkloadLine(JSON.stringify({ ...report, ...wrong })), undefined);
  }
});

Deno.test("readWorkloadLine() refuses what is no report", () => {
  const lines = [
    "",
    "mapping 16 MiB",
    "null",
    "[]",
    '"ready"',
    "{}",
    '{"step":"steady"}',
    '{"step":["done"],"bytes":1}',
    '{"step":{"toString":1},"bytes":1}',
    // Names that every object has.
    '{"step":"constructor"}',
    '{"step":"__proto__"}',
    '{"step":"done"}',
    '{"step":"done","bytes":"1"}',
    '{"step":"done","bytes":-1}',
    '{"step":"done","bytes":1.5}',
    '{"step":"done","bytes":1e999}',
    '{"step":"ready","pid":412,"address":139637976727552,"bytes":1}',
    '{"step":"ready","pid":412,"address":"7f0040000000","bytes":1}',
    '{"step":"ready","pid":412,"address":"0x7f0040000000"}',
    '{"step":"syscall","name":"pwrite64","address":"0x1","bytes":4096}',
  ];
  for (const line of lines) assertEquals(readWorkloadLine(line), undefined, line);
});

Deno.test("readWorkloadLine() wants every field, but an address of what may not tell it", () => {
  for (const report of REPORTS) {
    for (const field of Object.keys(report)) {
      if (report.step === "repeat" && field === "address") continue;
      const { [field]: _, ...rest }: Record<string, unknown> = { ...report };
      assertEquals(readWorkloadLine(JSON.stringify(rest)), undefined, field);
    }
  }
});
