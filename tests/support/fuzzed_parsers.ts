/**
 * Every parser of what headcount did not write itself, or of what may have been damaged since.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { isDeepStrictEqual } from "node:util";
import { assert, assertEquals } from "@std/assert";
import { readBpftraceHistograms } from "../../analysis/bpftrace_histograms.ts";
import { Btf } from "../../probes/btf.ts";
import { readPackages, readPrintedUris } from "../../probes/debian/packages.ts";
import { contentsIn, inventoryIn } from "../../probes/devdax/inventory.ts";
import { madeIn } from "../../probes/devdax/create.ts";
import { memmapOption } from "../../probes/devdax/memmap.ts";
import { stateIn } from "../../probes/devdax/state.ts";
import { pmemDevicesIn } from "../../probes/devdax/use.ts";
import { mapIn } from "../../probes/device.ts";
import { machineFactsIn } from "../../probes/doctor/facts.ts";
import { MachineryError, RequestError } from "../../probes/failure.ts";
import { PortReader } from "../../probes/frame.ts";
import { framedProcess } from "../../probes/framed.ts";
import { NEEDED_MODULES, resolveModules } from "../../probes/guest/modules.ts";
import { readConsoleLine } from "../../probes/guest/phase.ts";
import { addressIn, countNames } from "../../probes/kernel.ts";
import { parseConfig } from "../../probes/kernel_build/config.ts";
import { readPatches, touchedFiles } from "../../probes/kernel_build/mails.ts";
import { readPatchOutput } from "../../probes/kernel_build/patches.ts";
import { splitLines } from "../../probes/lines.ts";
import { sectionsIn } from "../../probes/sections.ts";
import { readWireLine } from "../../probes/wire.ts";
import { readGupTestLine } from "../../probes/workloads/gup_test_binary.ts";
import { mappedPages } from "../../probes/workloads/smaps.ts";
import { readWorkloadLine } from "../../probes/workloads/report.ts";
import { decodeLines, encodeItem, FormatError } from "../../recording/codec.ts";
import { isRecordingEvent, isRecordingItem, isWorkloadReport } from "../../recording/shape.ts";
import { IMAGE } from "../probes/btf_image.ts";
import { CALL, LEAF, printed, PUT, RUN } from "../probes/wire_lines.ts";
import { readFixture } from "./fixture.ts";
import {
  CONSOLE,
  FILTER_FUNCTIONS,
  GUP_TEST,
  KALLSYMS,
  MACHINE_TEXT,
  MAILS,
  NDCTL_LISTS,
  PACKAGES,
  PATCH_OUTPUT,
  PMEM_CONTENTS,
  PMEM_SECTIONS,
  PRINTED_URIS,
  SMAPS,
  STACK_MAPS,
  STATES,
} from "./foreign_text.ts";
import { scannedLines, utf8 } from "./fuzzed_recordings.ts";
import type { FuzzedParser } from "./fuzzing.ts";

const FIXTURES = new URL("../fixtures/", import.meta.url);

/** All of them. */
export async function fuzzedParsers(): Promise<readonly FuzzedParser[]> {
  const wire = await linesOf("wire");
  const histograms = await linesOf("histograms", ".txt");
  const recording = await recordingLines();
  const [header = ""] = recording;
  const config = binary(
    await Deno.readTextFile(new URL("../../probes/kernel_build/headcount.config", import.meta.url)),
  );
  return [
    {
      name: "bpftrace's lines",
      samples: [...wire, ...[RUN, LEAF, CALL, PUT].map(printed), ...STACK_MAPS],
      read: (bytes) => wireLine(utf8(bytes)),
    },
    {
      name: "bpftrace's histograms",
      samples: histograms,
      refuses: (error) => error instanceof SyntaxError,
      read: (bytes) => {
        const found = readBpftraceHistograms(utf8(bytes));
        for (const { name, key, histogram } of found) {
          assertEquals([typeof name, typeof (key ?? "")], ["string", "string"]);
          for (const { lo, hi, count } of histogram) assert(lo < hi && isCount(count));
        }
        return found.length > 0;
      },
    },
    {
      name: "recordings: lines",
      samples: recording.slice(1).map((line, i) => `${line}\n${recording[i * 7 % 40 + 1]}\n`),
      read: scannedLines(header),
    },
    {
      name: "recordings: headers",
      samples: [header],
      refuses: (error) => error instanceof FormatError,
      read: (bytes) => isRecordingItem(decodeLines().decode(utf8(bytes))),
    },
    {
      name: "lines of a stream",
      samples: [...wire, ...histograms].map((line, i, all) => `${line}\n${all[i - 1] ?? ""}\n`),
      read: streamedLines,
    },
    {
      name: "kallsyms",
      samples: KALLSYMS,
      read: (bytes) => namesOf(countNames(utf8(bytes))),
    },
    {
      name: "available_filter_functions",
      samples: FILTER_FUNCTIONS,
      read: (bytes) => namesOf(countNames(utf8(bytes))),
    },
    {
      name: "an address of kallsyms",
      samples: KALLSYMS.flatMap((lines) => lines.split("\n")),
      read: (bytes) => {
        const address = addressIn(utf8(bytes));
        assert(isCount(address) && address < 2 ** 32);
        return address > 0;
      },
    },
    {
      name: "BTF",
      samples: [Buffer.from(IMAGE).toString("latin1")],
      refuses: (error) =>
        error instanceof TypeError && error.message.startsWith("Cannot read BTF: "),
      read: typesOf,
    },
    {
      name: "ndctl's lists",
      samples: NDCTL_LISTS,
      refuses: isMachineryError,
      read: (bytes) => {
        const text = utf8(bytes);
        const devices = pmemDevicesIn(sectionsIn(PMEM_SECTIONS[0] ?? "", PMEM_NAMES));
        const { regions, namespaces } = inventoryIn(
          text,
          devices,
          contentsIn(PMEM_CONTENTS[0] ?? ""),
        );
        for (const it of [...regions, ...namespaces]) {
          assert(typeof it.name === "string" && isCount(it.bytes) && isCount(it.alignBytes ?? 0));
        }
        for (const it of namespaces) {
          const texts = [it.mode, it.map ?? "", it.label, it.uuid, ...it.devices, it.contents.kind];
          assert(texts.every((one) => typeof one === "string"));
        }
        return regions.length > 0;
      },
    },
    {
      name: "ndctl's map",
      samples: NDCTL_LISTS,
      read: (bytes) => {
        const map = mapIn(utf8(bytes), "/dev/dax0.0");
        assert([undefined, "dev", "mem"].includes(map));
        return map !== undefined;
      },
    },
    {
      name: "what ndctl made",
      samples: NDCTL_LISTS.filter((list) => list.startsWith("{")),
      refuses: isMachineryError,
      read: (bytes) => {
        const made = madeIn(utf8(bytes));
        const texts = [made.namespace, made.device, made.uuid];
        assert(texts.every((one) => typeof one === "string"));
        return true;
      },
    },
    {
      name: "what is on pmem devices",
      samples: PMEM_CONTENTS,
      read: (bytes) => {
        const contents = Object.values(contentsIn(utf8(bytes)));
        for (const it of contents) assert(it.kind === "blank" || typeof it.what === "string");
        return contents.length > 0;
      },
    },
    {
      name: "who uses pmem devices",
      samples: PMEM_SECTIONS,
      read: (bytes) => {
        const { dax, blocks, uses } = pmemDevicesIn(sectionsIn(utf8(bytes), PMEM_NAMES));
        for (const { bytes, alignBytes } of dax) assert(isCount(bytes) && isCount(alignBytes));
        return dax.length + blocks.length + uses.length > 0;
      },
    },
    {
      name: "/proc/iomem",
      samples: [
        "00001000-0009fbff : System RAM\n00100000-7ffdbfff : System RAM\n" +
        "100000000-43fffffff : System RAM\n  100000000-1ffffffff : Persistent Memory\n",
      ],
      read: (bytes) => {
        const option = memmapOption(utf8(bytes));
        assert(option === undefined || /^\d+[GM]!\d+[GM]$/.test(option), option);
        return option !== undefined;
      },
    },
    {
      name: "gup_test's output",
      samples: GUP_TEST,
      read: (bytes) => {
        const told = readGupTestLine(utf8(bytes));
        const { name = "get-fast", times, size = 0 } = told ?? {};
        assert(/^(get|pin)-(fast|basic|longterm)$/.test(name), name);
        assert([times?.getNs ?? 0, times?.putNs ?? 0, size].every(isCount));
        return told !== undefined;
      },
    },
    {
      name: "workloads' lines",
      samples: recording.filter((line) => line.includes('"report"'))
        .map((line) => JSON.stringify(JSON.parse(line).report)),
      read: (bytes) => {
        const report = readWorkloadLine(utf8(bytes));
        if (report === undefined) return false;
        assert(isWorkloadReport(report));
        encodeItem({ kind: "workload", report });
        return true;
      },
    },
    {
      name: "what was changed of namespaces",
      samples: STATES,
      read: (bytes) => {
        const { changes = [] } = stateIn(utf8(bytes)) ?? {};
        for (const { before, ...change } of changes) {
          const { mode = "", alignBytes = 0, sectorBytes = 0 } = before ?? {};
          const texts = [change.namespace, change.region, change.at, change.uuid, mode];
          assert(texts.every((one) => typeof one === "string"));
          assert(isCount(alignBytes) && isCount(sectorBytes));
        }
        return changes.length > 0;
      },
    },
    {
      name: "the doctor's facts",
      samples: [MACHINE_NAMES.map((name) => `\x1e${MACHINE_TEXT[name]}\n`).join("")],
      read: (bytes) => {
        const facts = machineFactsIn(sectionsIn(utf8(bytes), MACHINE_NAMES));
        for (const pool of facts.pools) assert(Object.values(pool).every(isCount));
        assert(isCount(facts.btfBytes));
        return facts.release !== "";
      },
    },
    {
      name: "modules.dep",
      samples: [MODULES],
      refuses: isMachineryError,
      read: (bytes) => {
        const [dependencies = "", builtin = ""] = utf8(bytes).split("\x1e");
        const paths = resolveModules({ dependencies, builtin }, "/lib/modules/6.1");
        assert(paths.every((path) => typeof path === "string" && path !== ""));
        return true;
      },
    },
    {
      name: "smaps",
      samples: SMAPS,
      read: (bytes) => {
        const pages = mappedPages(utf8(bytes), 0x7f0000200000n);
        assert(isCount(pages?.pageBytes ?? 0) && isCount(pages?.hugeBytes ?? 0));
        return pages !== undefined;
      },
    },
    { name: "frames of a channel", samples: FRAMES, read: framed },
    {
      name: "the guest's console",
      samples: CONSOLE,
      read: (bytes) => {
        const line = readConsoleLine(utf8(bytes));
        if (line === undefined) return false;
        const text = line.kind === "phase"
          ? line.name
          : line.kind === "note"
          ? line.text
          : line.what;
        assertEquals(typeof text, "string");
        return true;
      },
    },
    {
      name: "patches and mails",
      samples: MAILS,
      refuses: (error) => error instanceof RequestError,
      read: (bytes) => {
        for (const patch of readPatches(bytes, "a.mbox")) {
          for (const path of touchedFiles(patch)) {
            const parts = path.split("/");
            assert(!parts.some((part) => part === "" || part === ".." || part.includes("\0")));
          }
        }
        return true;
      },
    },
    {
      name: "patch's output",
      samples: PATCH_OUTPUT,
      read: (bytes) => {
        const { hunks } = readPatchOutput(utf8(bytes));
        for (const it of hunks) assert([it.hunk, it.line, it.fuzz ?? 0].every(isCount));
        return hunks.length > 0;
      },
    },
    {
      name: ".config",
      samples: config.split("\n\n"),
      read: (bytes) => {
        const config = parseConfig(utf8(bytes));
        for (const pair of config) assert(pair.every((one) => typeof one === "string"));
        return config.size > 0;
      },
    },
    {
      name: "apt's packages",
      samples: PACKAGES,
      read: (bytes) => {
        const packages = readPackages(utf8(bytes));
        for (const { bytes, depends } of packages) assert(isCount(bytes) && !depends.includes(""));
        return packages.length > 0;
      },
    },
    {
      name: "apt's addresses",
      samples: PRINTED_URIS,
      read: (bytes) => {
        const packages = readPrintedUris(utf8(bytes));
        for (const { bytes } of packages) assert(isCount(bytes));
        return packages.length > 0;
      },
    },
  ];
}

/** The pieces of shell of {@linkcode pmemDevicesIn}, in their order. */
const PMEM_NAMES = [
  ...["dax", "blocks", "files", "maps", "names", "mounts", "swaps", "loops"] as const,
] as const;

const MACHINE_NAMES = Object.keys(MACHINE_TEXT) as (keyof typeof MACHINE_TEXT)[];

/** A modules.dep and a modules.builtin. */
const MODULES = NEEDED_MODULES.slice(1)
  .map((name) => `kernel/${name}.ko: kernel/drivers/virtio/virtio_ring.ko`).join("\n") +
  `\n\x1ekernel/${NEEDED_MODULES[0]}.ko\n`;

const TOKEN = "5e1f5e1f";

/** What the guest's agent, or the far side of ssh, sends of a command's errors. */
const FRAMES: readonly string[] = [
  `${TOKEN} pid 412\nwarning\n${TOKEN} exit 0\n`,
  `${TOKEN} begin\n${TOKEN} pid 412 1\nout 5e1f${TOKEN} exit 143\nanother's`,
];

/** A text as its bytes in UTF-8, each a character. */
function binary(text: string): string {
  return Buffer.from(text).toString("latin1");
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isMachineryError(error: unknown): boolean {
  return error instanceof MachineryError;
}

/** Lines of the files of a folder of fixtures. */
async function linesOf(folder: string, ending = ""): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const { name } of Deno.readDir(new URL(`${folder}/`, FIXTURES))) {
    if (!name.endsWith(ending)) continue;
    const text = await Deno.readTextFile(new URL(`${folder}/${name}`, FIXTURES));
    lines.push(...binary(text).split("\n").filter((line) => line !== ""));
  }
  return lines.sort();
}

/** A header, and lines of every kind that recordings hold. */
async function recordingLines(): Promise<readonly string[]> {
  const names = ["puts-debian-6.12-2M", "calls-debian-7.3-lost", "series-linux-5.10"];
  names.push("stacks-debian-6.1-2M", "linux-5.10-rfc-2M");
  const files = await Promise.all(names.map(readFixture));
  const lines = files.map((bytes) => binary(utf8(bytes)).split("\n"));
  // The first and the last ones: what begins, what repeats, and what sums it up.
  const some = lines.flatMap((all) => [...all.slice(1, 40), ...all.slice(-10)]);
  return [lines[0]?.[0] ?? "", ...new Set(some.filter((line) => line !== ""))];
}

function wireLine(line: string): boolean {
  const message = readWireLine(line);
  switch (message.kind) {
    case "events":
      for (const event of message.events) {
        assert(isRecordingEvent(event));
        encodeItem(event);
      }
      return message.events.some(({ kind }) => kind !== "unreadable");
    case "totals":
      assert(Object.values(message.totals).every(isCount));
      return true;
    case "counts":
      for (const pair of message.counts) assert(pair.every(isCount));
      return true;
    case "stacks":
      for (const [{ comm, frames }, sum] of message.sums) {
        assert([comm, ...frames].every((one) => typeof one === "string") && isCount(sum));
      }
      return true;
    case "attached":
    case "nothing":
      return true;
  }
}

/** Bytes as up to nine pieces. */
function inPieces(bytes: Uint8Array<ArrayBuffer>, chance: number): Uint8Array<ArrayBuffer>[] {
  const size = Math.max(1 + chance % 100, bytes.length >> 3);
  return Array.from(
    { length: Math.ceil(bytes.length / size) },
    (_, i) => bytes.subarray(i * size, (i + 1) * size),
  );
}

/** Splits bytes into lines, in pieces and all at once. */
async function streamedLines(bytes: Uint8Array<ArrayBuffer>, chance: number): Promise<boolean> {
  const pieces = inPieces(bytes, chance);
  const lines = await Array.fromAsync(splitLines(ReadableStream.from(pieces)));
  const whole = new TextDecoder().decode(bytes).split("\n");
  if (whole.at(-1) === "") whole.pop();
  assert(isDeepStrictEqual(lines, whole.map((line) => line.slice(0, 1 << 20))));
  return lines.length > 0;
}

function namesOf(counts: Readonly<Record<string, number>>): boolean {
  const entries = Object.entries(counts);
  for (const [name, count] of entries) assert(name !== "" && isCount(count), `${name}: ${count}`);
  return entries.length > 0;
}

/** Asks an image of BTF all that a plan does. */
function typesOf(bytes: Uint8Array): boolean {
  const btf = new Btf(bytes);
  for (const name of ["page", "folio", "dev_pagemap"]) {
    assert(isCount(btf.structBytes(name) ?? 0));
    for (const path of [["flags"], ["flags", "f"], ["compound_info"]]) btf.hasField(name, ...path);
  }
  for (const name of ["PG_head", "WIDE"]) assert(Number.isFinite(btf.enumerator(name) ?? 0));
  for (const name of ["try_grab_page", "get_dev_pagemap", "gup_fast"]) {
    const { parameters = [], returns = "void" } = btf.function(name) ?? {};
    assert([...parameters, returns].every((one) => typeof one === "string"));
  }
  return true;
}

/** Reads a command's errors to their end, its number and its exit code among them. */
async function framed(bytes: Uint8Array<ArrayBuffer>, chance: number): Promise<boolean> {
  const pieces = inPieces(bytes, chance);
  const [out, errors] = [
    new PortReader(ReadableStream.from([])),
    new PortReader(ReadableStream.from(pieces)),
  ];
  const process = framedProcess({
    command: ["true"],
    output: Promise.resolve(out.read(TOKEN)),
    errors: Promise.resolve(errors.read(TOKEN)),
    gone: () => "It is gone",
  });
  const text = await new Response(process.stderr).text();
  assert(text.length <= bytes.length);
  await process.stdout.cancel();
  const [pid, exit] = await Promise.allSettled([process.pid, process.exit, process.read]);
  for (const told of [pid, exit]) assert(told.status === "rejected" || isCount(told.value));
  return exit.status === "fulfilled";
}
