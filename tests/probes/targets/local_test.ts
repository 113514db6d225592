import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { localObstacle, openLocal } from "../../../probes/targets/local.ts";
import { collect, CommandError, readText } from "../../../probes/targets/target.ts";

const decoder = new TextDecoder();

Deno.test("openLocal() looks at this machine", async () => {
  await using machine = await openLocal();
  const { kind, cpus, memoryBytes, commandLine, accelerator } = machine.summary;
  assertEquals(kind, "local");
  assertEquals([cpus > 0, memoryBytes > 2 ** 20, commandLine.includes("\n")], [true, true, false]);
  assertEquals(accelerator.why === "", false);
});

Deno.test("LocalTarget.exec() gives both streams and the exit code", async () => {
  await using machine = await openLocal();
  const process = machine.exec(["sh", "-c", 'echo out; echo "err $0" >&2; exit 3', "it's"]);
  const { code, stdout, stderr } = await collect(process);
  assertEquals([code, decoder.decode(stdout), stderr], [3, "out\n", "err it's\n"]);
});

Deno.test("LocalTarget.exec() adds variables to the environment", async () => {
  await using machine = await openLocal();
  const process = machine.exec(["sh", "-c", 'echo "$WORD ${PATH:+path}"'], {
    env: { WORD: "two words" },
  });
  assertEquals(decoder.decode((await collect(process)).stdout), "two words path\n");
});

Deno.test("LocalTarget.exec() tells the process id and writes to standard input", async () => {
  await using machine = await openLocal();
  const process = machine.exec(["sh", "-c", 'echo $$; read -r line; echo "got $line"']);
  await process.write("go ");
  await process.write("on\n");
  const { code, stdout } = await collect(process);
  assertEquals(
    [code, decoder.decode(stdout)],
    [0, `${await process.pid}\ngot go on\n`],
  );
});

Deno.test("LocalTarget.exec() passes on what comes before the command ends", async () => {
  await using machine = await openLocal();
  const process = machine.exec(["sh", "-c", "echo ready; read -r line; echo done"]);
  const reader = process.stdout.getReader();
  assertEquals(decoder.decode((await reader.read()).value), "ready\n");
  await process.write("\n");
  assertEquals(decoder.decode((await reader.read()).value), "done\n");
  assertEquals((await reader.read()).done, true);
  assertEquals(await new Response(process.stderr).text(), "");
  assertEquals(await process.exit, 0);
});

Deno.test("LocalTarget.exec() kills, with 128 and the signal as exit code", async () => {
  await using machine = await openLocal();
  for (const [signal, code] of [["SIGINT", 130], ["SIGKILL", 137], ["SIGTERM", 143]] as const) {
    const process = machine.exec(["sleep", "600"]);
    const output = collect(process);
    await process.kill(signal);
    assertEquals((await output).code, code);
    // A process that is gone is left alone.
    await process.kill(signal);
  }
});

Deno.test("LocalTarget.exec() says 127 for a program that is not there", async () => {
  await using machine = await openLocal();
  const process = machine.exec(["headcount-no-such-program", "--flag"]);
  const { code, stdout, stderr } = await collect(process);
  assertEquals([code, stdout.length], [127, 0]);
  assertStringIncludes(stderr, 'There is no program "headcount-no-such-program"');
  const error = await assertRejects(() => process.pid, CommandError, "Cannot start a command");
  assertEquals([error.code, error.command], [127, ["headcount-no-such-program", "--flag"]]);
  await process.write("x");
  await process.kill("SIGKILL");
});

Deno.test("LocalTarget.provide() gives a full path", async () => {
  await using machine = await openLocal();
  assertEquals(machine.provide("/tmp/../etc/hosts"), "/etc/hosts");
  assertEquals(machine.provide("mod.ts"), `${Deno.cwd()}/mod.ts`);
});

Deno.test("readText() fails with the end of what the command complained of", async () => {
  await using machine = await openLocal();
  const script = "for i in 1 2 3 4 5 6 7; do echo line $i >&2; done; exit 9";
  const error = await assertRejects(
    () => readText(machine, ["sh", "-c", script], "Trying"),
    CommandError,
    `Trying: "sh -c ${script}" exited with 9:\nline 3\n`,
  );
  assertEquals([error.code, error.stderr], [9, "line 3\nline 4\nline 5\nline 6\nline 7"]);
});

Deno.test("localObstacle() says why this machine will not do", async () => {
  const why = await localObstacle({ device: "/dev/dax-none", bpftrace: "bpftrace" });
  assertEquals(typeof why, "string");
  assertEquals(why === "", false);
});

/** What a command leaves in the background with its output, and what of it is read after "over". */
const LEFT = ["sleep 60", "while sleep 0.1; do echo more; done"];

for (const left of LEFT) {
  Deno.test(`LocalTarget.exec() does not wait for "${left}" that a command leaves`, async () => {
    await using machine = await openLocal();
    const command = ["sh", "-c", `(${left}) & echo over; echo err >&2`];
    const process = machine.exec(command, { mayLeave: true });
    const { code, stdout, stderr } = await collect(process);
    assertMatch(decoder.decode(stdout), /^over\n(more\n)*$/);
    assertEquals([code, stderr], [0, "err\n"]);
    // It leads a group: what it left is still there.
    const killed = machine.exec(["sh", "-c", 'kill -s KILL -- "-$0"', String(await process.pid)]);
    assertEquals((await collect(killed)).code, 0);
  });
}
