import { assert, assertEquals, assertRejects } from "@std/assert";
import { MachineryError } from "../../../probes/failure.ts";
import { Excerpt, runMake } from "../../../probes/kernel_build/make.ts";
import { temporaryFolder } from "../../support/cli.ts";

function excerpt(lines: readonly string[]): string[] {
  const said = new Excerpt();
  for (const line of lines) said.add(line);
  return said.text().split("\n");
}

const OTHERS = Array.from({ length: 30 }, (_, i) => `  CC      mm/file${i}.o`);

Deno.test("Excerpt shows the first complaint where others went on after it", () => {
  const complaint = "mm/gup.c:7:1: error: expected ';'";
  const shown = excerpt(["  CC      mm/gup.o", complaint, ...OTHERS, "make: *** [mm] Error 2"]);
  assertEquals(shown.slice(0, 2), [complaint, "..."]);
  assertEquals(shown.at(-1), "make: *** [mm] Error 2");
  assertEquals(shown.length, 22);
});

Deno.test("Excerpt shows a complaint once where it is among the last lines", () => {
  assertEquals(excerpt(["a", "mm/gup.c:7: error: b", "c"]), ["a", "mm/gup.c:7: error: b", "c"]);
});

Deno.test("runMake() tells each line, keeps them in the log, and fails with the last ones", async () => {
  await using folder = await temporaryFolder();
  const log = `${folder.path}/log`;
  const lines: string[] = [];
  const options = {
    cwd: folder.path,
    log,
    signal: new AbortController().signal,
    onLine: (line: string) => lines.push(line),
  };
  await runMake("Trying", ["sh", "-c", "echo one; echo two >&2"], options);
  assertEquals(lines, ["one", "two"]);
  const error = await assertRejects(
    () => runMake("Trying", ["sh", "-c", "echo three; exit 7"], options),
    MachineryError,
    'Trying: "sh" exited with 7',
  );
  assertEquals(error.evidence, "three");
  assertEquals(
    (await Deno.readTextFile(log)).split("\n").filter((line) => !line.startsWith("$")),
    ["one", "two", "three", ""],
  );
});

Deno.test("runMake() hides what would have a kernel built otherwise", async () => {
  await using folder = await temporaryFolder();
  Deno.env.set("KBUILD_OUTPUT", "/elsewhere");
  try {
    const lines: string[] = [];
    await runMake("Trying", ["sh", "-c", 'echo "${KBUILD_OUTPUT-none} $LC_ALL"'], {
      cwd: folder.path,
      log: `${folder.path}/log`,
      signal: new AbortController().signal,
      onLine: (line) => lines.push(line),
    });
    assertEquals(lines, ["none C"]);
  } finally {
    Deno.env.delete("KBUILD_OUTPUT");
  }
});

Deno.test("runMake() ends what make started when it is stopped", async () => {
  await using folder = await temporaryFolder();
  const abort = new AbortController();
  const pids: number[] = [];
  const started = Promise.withResolvers<void>();
  const running = runMake(
    "Trying",
    ["sh", "-c", "sh -c 'sleep 600 & echo $!; wait' & echo $!; wait"],
    {
      cwd: folder.path,
      log: `${folder.path}/log`,
      signal: abort.signal,
      onLine: (line) => {
        if (pids.push(Number(line)) === 2) started.resolve();
      },
    },
  );
  await started.promise;
  abort.abort("SIGINT");
  const reason = await running.then(() => "ended", (reason: unknown) => reason);
  assertEquals(reason, "SIGINT");
  // What nobody waits for any more is a zombie for a moment.
  const script =
    'for i in 1 2 3 4 5 6 7 8 9 10; do ps -o stat= -p "$0" | grep -v "^Z" || exit 1; ' +
    "sleep 0.2; done";
  for (const pid of pids) {
    const { success } = await new Deno.Command("sh", { args: ["-c", script, String(pid)] })
      .output();
    assert(!success, `process ${pid} is still there`);
  }
});
