import { assert, assertEquals, assertRejects } from "@std/assert";
import { withLock } from "../../probes/lock.ts";
import { temporaryFolder } from "../support/cli.ts";

/** Work that goes on until it is let go. */
function openWork() {
  const begun = Promise.withResolvers<undefined>();
  const end = Promise.withResolvers<undefined>();
  const work = async (): Promise<void> => {
    begun.resolve(undefined);
    await end.promise;
  };
  return { work, begun: begun.promise, letGo: () => end.resolve(undefined) };
}

Deno.test("withLock() lets one work at a time, and tells those who wait", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/made/on/the/way`;
  const order: string[] = [];
  const first = openWork();
  const holding = withLock(path, { exclusive: true }, async () => {
    await first.work();
    order.push("first");
  });
  await first.begun;
  let waits = 0;
  const waiting = Promise.withResolvers<undefined>();
  const onWait = () => {
    waits++;
    waiting.resolve(undefined);
  };
  const second = withLock(path, { exclusive: false, onWait }, () => {
    order.push("second");
    return Promise.resolve(2);
  });
  await waiting.promise;
  first.letGo();
  assertEquals(await second, 2);
  await holding;
  assertEquals([order, waits], [["first", "second"], 1]);
});

Deno.test("withLock() lets readers work together", async () => {
  await using folder = await temporaryFolder();
  const one = openWork();
  const holding = withLock(folder.path, { exclusive: false }, one.work);
  await one.begun;
  assertEquals(await withLock(folder.path, { exclusive: false }, () => Promise.resolve(1)), 1);
  one.letGo();
  await holding;
});

Deno.test("withLock() stops waiting when it is aborted, and lets go when the work fails", async () => {
  await using folder = await temporaryFolder();
  const held = openWork();
  const holding = withLock(folder.path, { exclusive: true }, async () => {
    await held.work();
    throw new Error("the work failed");
  });
  await held.begun;
  const abort = new AbortController();
  const options = {
    exclusive: true,
    signal: abort.signal,
    onWait: () => abort.abort(new Error("stopped")),
  };
  let worked = false;
  const work = () => Promise.resolve(worked = true);
  await assertRejects(() => withLock(folder.path, options, work), Error, "stopped");
  assertEquals(worked, false);
  held.letGo();
  await assertRejects(() => holding, Error, "the work failed");
  assert(await withLock(folder.path, { exclusive: true }, work));
});
