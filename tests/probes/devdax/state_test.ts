import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { MachineryError, RequestError, stateFolder } from "headcount";
import {
  type DevdaxState,
  readState,
  withChange,
  withoutChange,
  writeState,
} from "../../../probes/devdax/state.ts";
import { temporaryFolder } from "../../support/cli.ts";

const CHANGE = { namespace: "namespace0.0", region: "region0", at: "2026-11-25", uuid: "a" };
const STATE: DevdaxState = { format: 1, machine: "box", changes: [CHANGE] };

Deno.test("what was changed is kept in a file, which goes with the last change", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/state/devdax-box.json`;
  assertEquals(await readState(path), { ...STATE, changes: [] });
  await writeState(path, STATE);
  assertEquals(await readState(path), STATE);
  const names = await Array.fromAsync(Deno.readDir(`${folder.path}/state`), ({ name }) => name);
  assertEquals(names, ["devdax-box.json"]);
  await writeState(path, withoutChange(STATE, "namespace0.0"));
  assertEquals(await Array.fromAsync(Deno.readDir(`${folder.path}/state`)), []);
});

Deno.test("what cannot be written or understood stops everything", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/file`, "{");
  await assertRejects(() => readState(`${folder.path}/file`), MachineryError, "move it away");
  await assertRejects(
    () => writeState(`${folder.path}/file/devdax-box.json`, STATE),
    MachineryError,
    "nothing is changed without that",
  );
  for (const changes of ["null", "[null]", '[{"namespace":"namespace0.0"}]']) {
    const text = `{"format": 1, "machine": "box", "changes": ${changes}}`;
    for (const damaged of [text, "null"]) {
      await Deno.writeTextFile(`${folder.path}/file`, damaged);
      await assertRejects(() => readState(`${folder.path}/file`), MachineryError, "move it away");
    }
  }
  await Deno.writeTextFile(`${folder.path}/file`, '{"format": 2, "changes": []}');
  await assertRejects(() => readState(`${folder.path}/file`), MachineryError, "a newer headcount");
});

Deno.test("a namespace has one change, its last", () => {
  const next = { ...CHANGE, uuid: "b" };
  assertEquals(withChange(STATE, next).changes, [next]);
});

Deno.test("stateFolder() goes by XDG_STATE_HOME if that is a whole path", () => {
  const given = (variables: Record<string, string>) => stateFolder((name) => variables[name]);
  assertEquals(given({ XDG_STATE_HOME: "/s", HOME: "/h" }), "/s/headcount");
  assertEquals(given({ XDG_STATE_HOME: "s", HOME: "/h" }), "/h/.local/state/headcount");
  assertThrows(() => given({}), RequestError, "set HOME or XDG_STATE_HOME");
});
