import { assertEquals } from "@std/assert";
import { type ConsoleLine, readConsoleLine } from "../../../probes/guest/phase.ts";

Deno.test("readConsoleLine() reads what the guest's first process tells", () => {
  const cases: readonly (readonly [string, ConsoleLine | undefined])[] = [
    ["headcount: phase modules", { kind: "phase", name: "modules" }],
    ["headcount: phase root\r", { kind: "phase", name: "root" }],
    ["[    1.2] headcount: phase agent ", { kind: "phase", name: "agent" }],
    ["headcount: phase ready", { kind: "phase", name: "ready" }],
    ["headcount: phase prepare", undefined],
    ["headcount: phase ", undefined],
    ["headcount: note no image of tools", { kind: "note", text: "no image of tools" }],
    ["headcount: failed cannot load brd", { kind: "failed", what: "cannot load brd" }],
    ["headcount: other", undefined],
    ["headcount:", undefined],
    ["", undefined],
    ["[    0.000000] Linux version 6.1.0-56-amd64", undefined],
  ];
  for (const [line, expected] of cases) assertEquals(readConsoleLine(line), expected, line);
});

Deno.test("readConsoleLine() reads a panic, whatever else the line holds", () => {
  const why = "VFS: Unable to mount root fs on unknown-block(0,0)";
  for (const prefix of ["", "[    1.234567] ", "headcount: phase modules"]) {
    assertEquals(readConsoleLine(`${prefix}Kernel panic - not syncing: ${why} \r`), {
      kind: "panic",
      what: why,
    });
  }
  assertEquals(readConsoleLine("---[ end Kernel panic - not syncing: oops ]---"), {
    kind: "panic",
    what: "oops ]---",
  });
});
