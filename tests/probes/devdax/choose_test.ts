import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { RequestError } from "headcount";
import { choosePlace, namespaceBytes, obstacle } from "../../../probes/devdax/choose.ts";
import type { Inventory, Namespace, Region } from "../../../probes/devdax/inventory.ts";

const MIB = 2 ** 20;
const WISH = { alignBytes: 2 * MIB, bytes: 64 * MIB };
const NOBODY: ReadonlySet<string> = new Set();

const RAW: Namespace = {
  name: "namespace0.0",
  region: "region0",
  mode: "raw",
  bytes: 512 * MIB,
  label: "",
  uuid: "",
  devices: ["pmem0"],
  contents: { kind: "blank" },
  uses: [],
};

const REGION: Region = {
  name: "region0",
  bytes: 512 * MIB,
  alignBytes: 16 * MIB,
  freeBytes: 0,
};

function inventory(
  namespaces: readonly Namespace[],
  regions: readonly Region[] = [REGION],
): Inventory {
  return { regions, namespaces, others: [], uses: [] };
}

Deno.test("free space is taken before any namespace, the largest first", () => {
  const small = { ...REGION, freeBytes: 128 * MIB };
  const large = { ...REGION, name: "region1", freeBytes: 256 * MIB };
  const place = choosePlace(inventory([RAW], [small, large]), WISH, NOBODY);
  assertEquals(place, { kind: "free", region: large, bytes: 80 * MIB });
  const { bytes: _, ...all } = WISH;
  const whole = choosePlace(inventory([RAW], [small]), all, NOBODY);
  assertEquals(whole.kind === "free" && whole.bytes, 128 * MIB);
});

Deno.test("free space that is too small is none", () => {
  const place = choosePlace(inventory([RAW], [{ ...REGION, freeBytes: 64 * MIB }]), WISH, NOBODY);
  assertEquals(place, { kind: "namespace", namespace: RAW });
});

Deno.test("a namespace is taken unasked only where it is nobody's", () => {
  const why = (more: Partial<Namespace>, own = NOBODY) => obstacle({ ...RAW, ...more }, WISH, own);
  assertEquals(why({}), undefined);
  assertEquals(why({ contents: { kind: "known", what: "ext4" } }), "holds ext4");
  assertEquals(why({ contents: { kind: "unknown", what: "bytes" } }), "holds bytes");
  assertEquals(why({ label: "db" }), 'is called "db", a name that headcount did not give it');
  assertEquals(why({ mode: "fsdax" }), "is a fsdax device that headcount did not make");
  assertEquals(why({ devices: [] }), "is disabled");
  assertEquals(why({ bytes: 64 * MIB }), "is too small, 64 MiB");
  const own = new Set(["ours"]);
  const used = ["is mounted on /mnt"];
  assertEquals(why({ uuid: "ours", mode: "devdax", label: "headcount" }, own), undefined);
  assertEquals(why({ uuid: "ours", mode: "devdax", uses: used }, own), "is mounted on /mnt");
});

Deno.test("a namespace that has no uuid is not one of headcount's that is in the making", () => {
  const labelled: Namespace = { ...RAW, contents: { kind: "known", what: "xfs" } };
  assertThrows(() => choosePlace(inventory([labelled]), WISH, NOBODY), RequestError, "holds xfs");
});

Deno.test("--overwrite takes what the namespace holds, but not from whoever uses it", () => {
  const ext4: Namespace = { ...RAW, contents: { kind: "known", what: "ext4" } };
  const wish = { ...WISH, overwrite: "namespace0.0" };
  const free = { ...REGION, freeBytes: 256 * MIB };
  assertEquals(choosePlace(inventory([ext4], [free]), wish, NOBODY).kind, "namespace");
  const open = { ...ext4, uses: ["is open in process 7 (qemu)"] };
  assertThrows(
    () => choosePlace(inventory([open]), wish, NOBODY),
    RequestError,
    "namespace0.0 is open in process 7 (qemu); end that first",
  );
  const other = { ...wish, overwrite: "namespace0" };
  const { message } = assertThrows(
    () => choosePlace(inventory([ext4]), other, NOBODY),
    RequestError,
  );
  assertStringIncludes(message, "there is no such namespace, only namespace0.0");
});

Deno.test("namespaceBytes() makes room for label, struct pages and the align", () => {
  const small = { alignBytes: 2 * MIB };
  assertEquals(namespaceBytes(64 * MIB, small, 16 * MIB), 80 * MIB);
  assertEquals(namespaceBytes(64 * MIB, { ...small, map: "mem" }, 2 * MIB), 66 * MIB);
  assertEquals(namespaceBytes(2 ** 30, { alignBytes: 2 ** 30 }, 16 * MIB), 2 ** 31);
  // Memory that is interleaved in threes.
  assertEquals(namespaceBytes(64 * MIB, small, 48 * MIB) % (48 * MIB), 0);
});
