import { assertEquals, assertMatch } from "@std/assert";
import { splitLines } from "../../../probes/lines.ts";
import { ROOT, temporaryFolder } from "../../support/cli.ts";

/** Starts the keeper in a session of its own, as sshd does, where `sleep` is short. */
async function startKeeper(folder: string) {
  await Deno.mkdir(`${folder}/bin`);
  await Deno.writeTextFile(`${folder}/bin/sleep`, "#!/bin/sh\nexec /bin/sleep 0.5\n", {
    mode: 0o755,
  });
  const run = await Deno.readTextFile(`${ROOT}probes/ssh/run.sh`);
  const child = new Deno.Command("sh", {
    args: ["-c", '. "$0"', `${ROOT}probes/ssh/keeper.sh`, "token", run],
    env: { TMPDIR: folder, PATH: `${folder}/bin:${Deno.env.get("PATH")}` },
    detached: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const lines = splitLines(child.stdout);
  const writer = child.stdin.getWriter();
  const beat = async (text: string): Promise<unknown> => {
    await writer.write(new TextEncoder().encode(`${text}\n`));
    return (await lines.next()).value;
  };
  const told: string[] = [];
  while (told.at(-1) !== "token ready") told.push(String((await lines.next()).value));
  return { child, lines, writer, beat, place: told[0]?.replace("token folder ", "") ?? "" };
}

/** Starts a command at the keeper's side, as sshd does. */
function startRun(place: string, line: string) {
  const child = new Deno.Command("sh", {
    args: [`${place}/run`, place],
    // In nobody's group: it makes one for itself.
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  return {
    child,
    writer,
    written: writer.write(new TextEncoder().encode(`mark\n${line}\n`)),
  };
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

for (const how of ["is silent", "is killed"] as const) {
  Deno.test(`keeper.sh: what runs ends when the connection ${how}`, async () => {
    await using folder = await temporaryFolder();
    const keeper = await startKeeper(folder.path);
    assertEquals(await keeper.beat("1"), "token beat 1");
    const run = startRun(keeper.place, "/bin/sleep 600");
    await run.written;
    const lines = splitLines(run.child.stdout);
    assertEquals((await lines.next()).value, "mark begin");
    if (how === "is killed") keeper.child.kill("SIGKILL");
    // Else nothing more is said, and that is noticed.
    const ended = await run.child.status;
    assertEquals(ended.signal, "SIGKILL");
    assertEquals((await keeper.child.status).signal, "SIGKILL");
    await Promise.all([lines.return(), keeper.lines.return()]);
    await Promise.allSettled([run.writer.close(), keeper.writer.close()]);
    for (let tries = 0; tries < 50 && await isThere(keeper.place); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assertEquals(await isThere(keeper.place), false);
    assertMatch(keeper.place, /headcount-/);
  });
}
