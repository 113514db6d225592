/**
 * Makes the fixtures of symbols: functions of a real kernel that are as those of a plan might be on
 * another one, such as compiler's clones and names that several functions have.
 *
 *     deno run -A tests/support/specimens.ts 6.12 NAME...
 *
 * @module
 */

import { cacheFolder } from "headcount";
import { Btf } from "../../probes/btf.ts";
import { bootGuest } from "../../probes/guest/guest.ts";
import { findKernel } from "../../probes/guest/kernels.ts";
import { regionBytes } from "../../probes/guest/nvdimm.ts";
import { BTF_PATH, readSymbols } from "../../probes/kernel.ts";
import { readBytes } from "../../probes/targets/target.ts";

const [wish = "", ...names] = Deno.args;
const cache = cacheFolder();
const kernel = await findKernel(cache, wish, undefined);
await using guest = await bootGuest({
  kernel,
  append: "",
  memoryBytes: 2 ** 31,
  cpus: 2,
  regionBytes: regionBytes(2 ** 21, 2 ** 21),
  diskBytes: 2 ** 21,
  cache,
  log: await Deno.makeTempFile({ prefix: "headcount-specimens-" }),
  signal: new AbortController().signal,
  onEvent: () => {},
});
const [facts, bytes] = await Promise.all([
  readSymbols(guest, names),
  readBytes(guest, ["cat", BTF_PATH], "Reading the kernel's BTF"),
]);
const btf = new Btf(bytes);
const functions = Object.fromEntries(names.map((name) => [name, btf.function(name) ?? null]));
const text = JSON.stringify({ ...facts, functions }, null, 2);
const folder = new URL("../fixtures/symbols/", import.meta.url);
await Deno.mkdir(folder, { recursive: true });
await Deno.writeTextFile(new URL(`${kernel.release ?? wish}.json`, folder), `${text}\n`);
