import { assertEquals, assertRejects } from "@std/assert";
import type { AgentLine, CommandBytes } from "../../probes/frame.ts";
import { framedProcess } from "../../probes/framed.ts";

type Part = AgentLine | CommandBytes;

const line = (text: string): Part => ({ kind: "line", text });
const bytes = (text: string): Part => ({ kind: "bytes", bytes: new TextEncoder().encode(text) });

/** Parts that come one by one, when they are sent. */
function sent() {
  const waiting: ((part: Part | undefined) => void)[] = [];
  const parts: (Part | undefined)[] = [];
  async function* stream(): AsyncGenerator<Part> {
    while (true) {
      const part = parts.length > 0
        ? parts.shift()
        : await new Promise<Part | undefined>((resolve) => waiting.push(resolve));
      if (part === undefined) return;
      yield part;
    }
  }
  return {
    stream: Promise.resolve(stream()),
    left: parts,
    send: (part?: Part) => {
      const next = waiting.shift();
      if (next === undefined) parts.push(part);
      else next(part);
    },
  };
}

function start() {
  const [output, errors] = [sent(), sent()];
  const process = framedProcess({
    command: ["ls", "-l"],
    output: output.stream,
    errors: errors.stream,
    gone: () => "The machine is gone",
  });
  return { process, output, errors };
}

Deno.test("framedProcess() takes number and exit code out of a command's streams", async () => {
  const { process, output, errors } = start();
  for (const part of [bytes("a"), line("end")]) output.send(part);
  for (const part of [line("pid 7"), bytes("why"), line("exit 3")]) errors.send(part);
  assertEquals(await new Response(process.stdout).text(), "a");
  assertEquals(await new Response(process.stderr).text(), "why");
  assertEquals([await process.pid, await process.exit], [7, 3]);
  await process.read;
  assertEquals(process.hasEnded(), true);
});

Deno.test("framedProcess() tells the exit code to whoever wants no more of the output", async () => {
  const { process, output, errors } = start();
  errors.send(line("pid 7"));
  assertEquals(await process.pid, 7);
  // Something is being read when it is cancelled, and more of it comes before the end.
  const cancelled = [process.stdout.cancel(), process.stderr.cancel()];
  errors.send(bytes("Terminated"));
  for (const part of [line("exit 143"), line("pid 8")]) errors.send(part);
  for (const part of [bytes("a"), line("end"), bytes("another's")]) output.send(part);
  assertEquals(await process.exit, 143);
  await Promise.all([...cancelled, process.read]);
  // What follows is another command's.
  assertEquals([output.left.length, errors.left.length], [1, 1]);
});

Deno.test("framedProcess() says what it means that there is no end", async () => {
  const { process, output, errors } = start();
  for (const { send } of [output, errors]) send();
  await Promise.all([process.stdout.cancel(), process.stderr.cancel()]);
  await assertRejects(() => process.pid, Error, '"ls -l" was not started: The machine is gone');
  await assertRejects(() => process.exit, Error, 'The machine is gone: "ls -l" has no result');
});

Deno.test("framedProcess() takes no word for a number that is none", async () => {
  const { process, output, errors } = start();
  for (const part of [line("pid"), line("exit 1e3")]) errors.send(part);
  output.send(line("end"));
  await Promise.all([process.stdout.cancel(), process.stderr.cancel()]);
  await assertRejects(() => process.pid, Error, '"ls -l" has no result: its pid is ""');
  await assertRejects(() => process.exit, Error, '"ls -l" has no result: its exit is "1e3"');
});
