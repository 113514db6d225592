import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { checkMail, MAIL_WIDTH, renderMail, type Report, type SampledTimes } from "headcount";
import { commandParts, shellLines } from "../../../analysis/report/mail_command.ts";
import { RECORDINGS, reportOf } from "../../support/fixture.ts";

const NAMES = (await Array.fromAsync(Deno.readDir(RECORDINGS), ({ name }) => name)).sort();
const REPORTS = await Promise.all(NAMES.map(reportOf));
const BEFORE = await reportOf("linux-5.10-2M");
const AFTER = await reportOf("linux-5.10-rfc-2M");

function mail(baseline: readonly Report[], patched?: readonly Report[]): string {
  const text = renderMail(baseline, patched, { force: true, emulatedTimes: true });
  assert(typeof text === "string");
  return text;
}

Deno.test("every mail of every recording passes its own check", () => {
  for (const [i, report] of REPORTS.entries()) {
    for (const text of [mail([report]), mail([report], [AFTER]), mail([BEFORE], [report])]) {
      assertEquals(checkMail(text), [], `${NAMES[i]}\n${text}`);
    }
  }
});

Deno.test("a mail passes whatever machines, commands and times it tells of", () => {
  const anyText = fc.string({ unit: "grapheme", maxLength: 120 });
  const samples = fc.array(fc.integer({ min: 0, max: 2 ** 50 }), { minLength: 1, maxLength: 12 });
  const changed = fc.record({
    report: fc.constantFrom(...REPORTS),
    processor: anyText,
    release: anyText,
    words: fc.array(anyText, { maxLength: 6 }),
    ns: samples,
    probes: fc.boolean(),
  }).map(({ report, processor, release, words, ns, probes }): Report => {
    const parts = ["get", "put"] as const;
    const times: readonly SampledTimes[] = parts.map((part) => ({ part, probes, runs: [ns] }));
    return {
      ...report,
      kernel: { ...report.kernel, release },
      target: { ...report.target, processor },
      recording: { ...report.recording, arguments: ["trace", ...words] },
      times,
    };
  });
  fc.assert(
    fc.property(changed, changed, fc.boolean(), (before, after, isAlone) => {
      const text = isAlone ? mail([before]) : mail([before], [after]);
      assertEquals(checkMail(text), [], text);
      const quoted = text.split("\n").map((line) => `> > ${line}`);
      assert(quoted.every((line) => line.length <= 80));
    }),
    { numRuns: 200 },
  );
});

Deno.test("quoted twice more no line has more than 80 columns", () => {
  assertEquals(MAIL_WIDTH + "> > ".length <= 80, true);
});

Deno.test("counts come before times, the command before all, what is not measured last", () => {
  const times: readonly SampledTimes[] = [{
    part: "get",
    probes: false,
    runs: [[9000, 9100, 9200]],
  }];
  const lines = mail([{ ...BEFORE, times }], [{ ...AFTER, times }]).split("\n");
  const at = (start: string): number => lines.findIndex((line) => line.trim().startsWith(start));
  const places = [
    ...["$ deno task trace", "baseline:", "cpu:", "NOTE: ", "count, exact", "Times in us"],
    ...["Grabs by the references", "Not measured:"],
  ].map(at);
  assert(places.every((place) => place >= 0), String(places));
  assertEquals(places, places.toSorted((a, b) => a - b));
});

Deno.test("what was not measured is told, and only that", () => {
  const lacks = (report: Report, patched?: Report): string =>
    mail([report], patched && [patched]).split("Not measured:")[1]?.replaceAll(/\s+/g, " ") ?? "";
  assertStringIncludes(lacks(BEFORE), "the patched kernel");
  assertStringIncludes(
    lacks(BEFORE, AFTER),
    "times on hardware; times without probes; what the probes cost",
  );
  const whole: Report = {
    ...AFTER,
    target: { ...AFTER.target, accelerator: "hardware", processor: "EPYC 7J13" },
    recording: { ...AFTER.recording, arguments: ["trace"] },
    putSide: { ...AFTER.putSide, puts: 3 },
    times: [{ part: "get", probes: false, runs: [[9000]] }],
    overhead: [{
      ...{ part: "get", rounds: 1, timesPerRun: 1 },
      untracedNs: { min: 1, median: 1, max: 1 },
      tracedNs: { min: 2, median: 2, max: 2 },
      factor: { min: 2, median: 2, max: 2 },
    }],
  };
  assertEquals(lacks(whole, whole), "");
});

Deno.test("what is undecided, unclean or unlike is said above the counts", async () => {
  const lost = await reportOf("calls-debian-7.3-lost");
  const [head = ""] = mail([lost]).split("count, exact");
  assertStringIncludes(head, "NOTE: Undecided: ");
  assertStringIncludes(head, "ledger:    NOT CLEAN");
  const [unlike = ""] = mail([BEFORE], [await reportOf("debian-6.1-1G")]).split("count, exact");
  assertStringIncludes(unlike, "NOT ALIKE: align: 2 MiB and 1 GiB.");
});

Deno.test("get and pin are in one table, each by its name", () => {
  const taking = (report: Report, kind: "get" | "pin", ns: number): Report => ({
    ...report,
    workload: {
      ...report.workload,
      command: ["gup_test_program.ts", kind === "pin" ? "-a" : "-u"],
      seen: [{ path: "fast", kind, calls: 3 }],
    },
    times: [{ part: "get", probes: false, runs: [[ns, ns, ns]] }, {
      part: "put",
      probes: false,
      runs: [[ns]],
    }],
  });
  const side = (
    report: Report,
    ns: number,
  ) => [taking(report, "get", ns), taking(report, "pin", ns)];
  const text = mail(side(BEFORE, 75_000_000), side(AFTER, 3_600_000));
  const table = text.split("Times in us, without probes")[1]?.split("\n\n")[0] ?? "";
  const rows = table.split("\n").map((line) => line.trim().split(/\s+/)[0]);
  assertEquals(rows.filter((word) => /^(get|put|pin|unpin)$/.test(word ?? "")), [
    ...["get", "put", "pin", "unpin"],
  ]);
  assertEquals(text.split("Times in").length, 2, "those of calls, with probes, are left out");
});

Deno.test("shellLines() breaks before an option, and keeps its value beside it", () => {
  const words = ["trace", "--workload", "gup-test -m 64 -u", "--align", "2M", "--", "dd", "if=a b"];
  const report = { ...BEFORE, recording: { ...BEFORE.recording, arguments: words } };
  assertEquals(shellLines(commandParts(report), 44), [
    "$ deno task trace \\",
    "    --workload 'gup-test -m 64 -u' \\",
    "    --align 2M -- dd 'if=a b'",
  ]);
});

Deno.test("a command is told without what only says where to and how to print", () => {
  const told = [
    ...["trace", "--out", "/tmp/x", "--json", "--quiet", "--timeout", "9", "--zstd"],
    ...["--overhead", "--cpus", "4", `/very/${"long/".repeat(12)}it's`],
  ];
  const report = { ...BEFORE, recording: { ...BEFORE.recording, arguments: told } };
  assertEquals(commandParts(report), ["trace", "--overhead", "--cpus 4", "'it'\\''s'"]);
});

Deno.test("the kernels of a series are told without their folders", () => {
  const kernels = "base=/long/way/to/bzImage,append=a b,rfc=/long/way/to/bzImage,append=rfc=1";
  const recording = { ...BEFORE.recording, arguments: ["series", "--kernels", kernels] };
  assertEquals(commandParts({ ...BEFORE, recording }), [
    "series",
    "--kernels 'base=bzImage,append=a b,rfc=bzImage,append=rfc=1'",
  ]);
});

Deno.test("of other recordings' commands only what differs is told", () => {
  const told = (report: Report, ...options: string[]): Report => ({
    ...report,
    recording: { ...report.recording, arguments: ["trace", "--cpus", "2", ...options] },
  });
  const lines = mail([told(BEFORE, "--append", "a=0")], [told(AFTER, "--append", "a=1")]).split(
    "\n",
  );
  assertEquals(lines.slice(0, 3), [
    " $ deno task trace --cpus 2 --append a=0",
    "   and with --append a=1",
    "",
  ]);
});
