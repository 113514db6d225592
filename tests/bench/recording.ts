/**
 * Recordings of any size, the same for the same seed: what direct I/O of 64 MiB at a time from a
 * device's memory leaves, with the odd call among the usual ones.
 *
 * @module
 */

import { encodeItem } from "../../recording/codec.ts";
import type { Footer } from "../../recording/footer.ts";
import { BUFFER, DEVICE, HEAD, HEADER, PIN, probed, withRoles } from "../analysis/support.ts";

/** Bytes of the workload's buffer. */
export const BUFFER_BYTES: number = 2 ** 26;

const PAGE = 4096;
const LEAF = 512;
/** Pages that one call asks for. */
const CHUNK = 256;
const CHUNKS = BUFFER_BYTES / PAGE / CHUNK;
const THREADS = [412, 413, 414, 415];
const GET = HEADER.plan.flags.get;

/** What a generated recording adds up to. */
interface Sums {
  calls: number;
  pages: number;
  grabs: number;
  refs: number;
  puts: number;
  putRefs: number;
}

/** The lines of a recording with about so many of them, in pieces of about 64 KiB. */
export function* generateRecording(lines: number, seed = 1): Generator<string, void, undefined> {
  const random = lehmer(seed);
  const sums: Sums = { calls: 0, pages: 0, grabs: 0, refs: 0, puts: 0, putRefs: 0 };
  const numbers = new Map(THREADS.map((tid) => [tid, 0]));
  let at = 5_000_000_000;
  let made = 0;
  let moved = 0;
  /** Parts that arrive after their call. */
  let late: string[] = [];
  let piece = encodeItem(generatedHeader()) + encodeItem({
    kind: "workload",
    report: { step: "ready", pid: 412, address: hex(BUFFER), bytes: BUFFER_BYTES },
  });

  function write(line: string): void {
    piece += line;
    made++;
  }

  function call(tid: number, fields: string, returned: number, rest: string): void {
    at += 20_000 + random(1000);
    sums.calls++;
    sums.pages += Math.max(0, returned);
    write(
      `{"kind":"call","tid":${tid},"call":${numbers.get(tid)},"at":${at},` +
        `"ns":${15_000 + random(30_000)},${fields},"returned":${returned},"lookups":0,` +
        `"realLookups":0,${rest}}\n`,
    );
  }

  function grabbed(path: string, pfn: number, head: number, order: number, refs: number): string {
    sums.grabs++;
    sums.refs += refs;
    const role = path === "slow" ? "grabSlow" : "grabBatch";
    return `"path":"${path}","role":"${role}","pfn":${pfn},"head":${head},"order":${order},` +
      `"count":1,"refs":${refs},"step":${refs}`;
  }

  function put(tid: number, pfn: number, refs: number): void {
    sums.puts++;
    sums.putRefs += refs;
    write(
      `{"kind":"put","tid":${tid},"call":0,"role":"unpin","pin":true,"at":${at + 5000},` +
        `"pfn":${pfn - pfn % LEAF},"order":9,"count":1,"refs":${refs},"step":0}\n`,
    );
  }

  /** The whole buffer in one system call: each chunk is one call, most of one leaf. */
  function transfer(tid: number): void {
    for (let i = 0; i < CHUNKS; i++) {
      // A futex, a fault, a part that overtook its call, …
      const odd = random(200);
      const number = (numbers.get(tid) ?? 0) + 1;
      numbers.set(tid, number);
      if (odd < 4) {
        const pfn = 77_000 + random(8);
        call(
          tid,
          `"address":"${hex(0x7ffc00000000 + random(8) * PAGE)}","asked":1,"flags":${GET}`,
          1,
          `"fellBack":false,"run":{${grabbed("fast", pfn, pfn, 0, 1)}},"parts":0`,
        );
        i--;
        continue;
      }
      const key = `"tid":${tid},"call":${number}`;
      const address = BUFFER + i * CHUNK * PAGE;
      const pfn = HEAD + i * CHUNK;
      const head = pfn - pfn % LEAF;
      const range = `"address":"${hex(address)}","asked":${CHUNK},"flags":${PIN}`;
      if (odd < 5) {
        call(tid, range, -14, `"fellBack":true,"parts":0`);
        i--;
        continue;
      }
      const leaf = (from: number, pages: number): string =>
        `"level":"pmd","address":"${
          hex(address + (from - pfn) * PAGE)
        }","pages":${pages},"taken":true`;
      if (odd < 6) {
        // The fast walk takes a half, the slow path the rest.
        const half = CHUNK / 2;
        const first = `{"kind":"run",${key},${grabbed("fast", pfn, head, 9, half)}}\n`;
        const rest = grabbed("slow", pfn + half, head, 9, half);
        write(first);
        call(
          tid,
          range,
          CHUNK,
          `"fellBack":true,"run":{${rest}},"leaf":{${leaf(pfn, half)}},"parts":1`,
        );
      } else if (odd < 8) {
        // As if it reached over the border of a leaf: two runs, two leaves.
        const half = CHUNK / 2;
        const parts = [
          `{"kind":"leaf",${key},${leaf(pfn, half)}}\n`,
          `{"kind":"run",${key},${grabbed("fast", pfn, head, 9, half)}}\n`,
        ];
        if (odd === 6) late.push(...parts);
        else parts.forEach(write);
        const rest = grabbed("fast", pfn + half, head, 9, half);
        call(
          tid,
          range,
          CHUNK,
          `"fellBack":false,"run":{${rest}},"leaf":{${leaf(pfn + half, half)}},"parts":2`,
        );
      } else {
        const run = grabbed("fast", pfn, head, 9, CHUNK);
        call(
          tid,
          range,
          CHUNK,
          `"fellBack":false,"run":{${run}},"leaf":{${leaf(pfn, CHUNK)}},"parts":0`,
        );
      }
      put(random(10) === 0 ? 33 : tid, pfn, CHUNK);
    }
    const bytes = BUFFER_BYTES;
    moved += bytes;
    write(encodeItem({
      kind: "workload",
      report: { step: "syscall", name: "pwrite", address: hex(BUFFER), bytes, result: bytes },
    }));
    late.forEach(write);
    late = [];
  }

  while (made < lines) {
    transfer(THREADS[random(THREADS.length)] ?? 412);
    if (piece.length > 65536) {
      yield piece;
      piece = "";
    }
  }
  yield piece + encodeItem({ kind: "workload", report: { step: "done", bytes: moved } }) +
    encodeItem(footer(sums));
}

/** The header of a kernel that grabs once, with a leaf function and puts. */
function generatedHeader() {
  const header = withRoles({ pmdLeaf: probed("gup_huge_pmd"), put: probed("gup_put_folio") });
  return {
    ...header,
    format: "headcount.recording/2",
    device: { ...DEVICE, bytes: 2 ** 28 },
    plan: { ...header.plan, runsPerCall: 16 },
  } as const;
}

function footer(sums: Sums): Footer {
  return {
    kind: "footer",
    end: { kind: "complete" },
    totals: { entered: sums.calls, ...sums, lookups: 0, realLookups: 0 },
    missed: 0,
    workloadExit: 0,
  };
}

function hex(address: number): `0x${string}` {
  return `0x${address.toString(16)}`;
}

/** Lehmer's generator: numbers from 0 to below a limit. */
function lehmer(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => (state = state * 48271 % 2147483647) % limit;
}

if (import.meta.main) {
  const [lines = "2000000", seed = "1"] = Deno.args;
  const encoder = new TextEncoder();
  for (const piece of generateRecording(Number(lines), Number(seed))) {
    const bytes = encoder.encode(piece);
    for (let done = 0; done < bytes.length;) done += Deno.stdout.writeSync(bytes.subarray(done));
  }
}
