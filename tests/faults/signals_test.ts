/** Signals at any moment of a trace: whatever ends it leaves nothing but a recording. */

import { assert, assertEquals } from "@std/assert";
import { finish, runTask, startTrace, temporaryFolder } from "../support/cli.ts";
import { ALL_FAULTS } from "../support/faults.ts";
import { guestTest, leftoversAtRest } from "../support/guest.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** How often, and two at a time. */
const TURNS = ALL_FAULTS ? 50 : 2;

/** As long as a trace takes, about: some of the signals find that all is over. */
const LONGEST_MS = 16_000;

for (let turn = 0; turn < TURNS; turn++) {
  guestTest(`signals at random moments leave nothing behind (${turn + 1})`, async () => {
    await using folder = await temporaryFolder();
    await Promise.all(["a", "b"].map((name) => signalled(folder.path, name)));
    assertEquals(await leftoversAtRest(folder.path), []);
    const left = await Array.fromAsync(Deno.readDir(folder.path), ({ name }) => name);
    assertEquals(left.filter((name) => name !== "a" && name !== "b"), []);
  });
}

async function signalled(folder: string, name: string): Promise<void> {
  const out = `${folder}/${name}`;
  const signal = SIGNALS[Math.floor(Math.random() * SIGNALS.length)] ?? "SIGINT";
  const ms = Math.floor(Math.random() * LONGEST_MS);
  const child = await startTrace(["--out", out], { TMPDIR: folder });
  const timer = setTimeout(() => {
    try {
      child.kill(signal);
    } catch {
      // It is over.
    }
  }, ms);
  const { code, stderr } = await finish(child);
  clearTimeout(timer);
  const when = `${signal} after ${ms} ms: exit ${code}\n${stderr}`;
  // Nothing recorded, cut short, or over before; before it listens the signal itself ends it.
  const numbers = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 };
  assert([130, 2, 1, 128 + numbers[signal]].includes(code), when);
  const recorded = await Deno.stat(`${out}/recording.jsonl`).then(() => true, () => false);
  assertEquals(recorded, code === 1 || code === 2, when);
  if (!recorded) return;
  assertEquals((await runTask(["analyze", "--json", out])).code, code, when);
}
