import { assertEquals, assertThrows } from "@std/assert";
import { RequestError } from "headcount";
import { seenAt } from "../../../probes/guest/shares.ts";

Deno.test("seenAt() finds a file below the folder that has it", () => {
  const folders = ["/srv/code", "/srv/out"];
  assertEquals(seenAt("/srv/code", folders), "/run/headcount/share/0");
  assertEquals(seenAt("/srv/out/a/b.bt", folders), "/run/headcount/share/1/a/b.bt");
  assertEquals(seenAt("/srv/out/..well", folders), "/run/headcount/share/1/..well");
});

Deno.test("seenAt() gives nothing of what is beside the folders", () => {
  for (const path of ["/srv", "/", "/srv/code2/a", "/srv/code/../secret", "/etc/hostname"]) {
    assertThrows(
      () => seenAt(path, ["/srv/code"]),
      RequestError,
      `cannot have "${path}": with --no-host-root it sees "/srv/code" only`,
    );
  }
});
