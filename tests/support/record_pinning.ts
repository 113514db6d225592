/**
 * Makes a fixture of a workload that is a test's own:
 *
 *     deno run -A tests/support/record_pinning.ts MODE KERNEL FOLDER
 *
 * @module
 */

import { encodeItem } from "headcount";
import { scattered, tracePinning } from "./traced.ts";

const [mode = "", kernel = "", folder = ""] = Deno.args;
const work = await Deno.makeTempDir({ prefix: "headcount-record-" });
const { items } = mode === "scattered"
  ? await scattered(work, kernel)
  : await tracePinning(mode, work, { kernel });
await Deno.mkdir(folder, { recursive: true });
await Deno.writeTextFile(`${folder}/recording.jsonl`, items.map(encodeItem).join(""));
await Deno.remove(work, { recursive: true });
