import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { addFacts, addTime, type CallSums, noCalls, weightsOf } from "../../analysis/call_sums.ts";
import type { EndedCall } from "../../analysis/calls.ts";
import { factsOf, seesUndo, settleCall } from "../../analysis/facts.ts";
import { HeadCounter } from "../../analysis/heads.ts";
import { sumUpRanges } from "../../analysis/ranges.ts";
import { PageArrayCheck } from "../../analysis/page_arrays.ts";
import { pageIndex } from "../../analysis/leaves.ts";
import { noneMoved } from "../../analysis/workload.ts";
import type { LeafEvent } from "../../recording/event.ts";
import type { Header } from "../../recording/header.ts";
import {
  absent,
  at,
  BUFFER,
  CALL,
  HEAD,
  HEADER,
  LEAF,
  probed,
  PUT,
  RUN,
  withRoles,
} from "./support.ts";

const KEY = { tid: 412, call: 1 };
const HALF = { ...RUN, refs: 256, step: 256 };
const { pfn: _, ...ORDINARY } = LEAF;
const PMD: LeafEvent = { ...ORDINARY, level: "pmd" };

/** 512 pages from the middle of a leaf on. */
const BASE: EndedCall = {
  ...KEY,
  event: { ...CALL, address: at(256) },
  runs: [{ ...HALF, pfn: HEAD + 256 }, { ...HALF, pfn: HEAD + 512, head: HEAD + 512 }],
  leaves: [{ ...PMD, address: at(256), pages: 256 }, { ...PMD, address: at(512), pages: 256 }],
  undos: [],
  puts: [],
  refused: 0,
};

/** The call with another end. */
function ending(event: Partial<EndedCall["event"]>, call = BASE): EndedCall {
  return { ...call, event: { ...call.event, ...event } };
}

/** The call with something else of its last run. */
function running(run: Partial<EndedCall["runs"][number]>, call = BASE): EndedCall {
  return { ...call, runs: call.runs.map((it, i) => i === 1 ? { ...it, ...run } : it) };
}

/** The call with something else of its last leaf. */
function leafing(leaf: Partial<LeafEvent>, call = BASE): EndedCall {
  return { ...call, leaves: call.leaves.map((it, i) => i === 1 ? { ...it, ...leaf } : it) };
}

/** The call so many pages further on, by address and by page. */
function moved(pages: number, pfns = pages, call = BASE): EndedCall {
  const there = (address: string) => `0x${(Number(address) + pages * 4096).toString(16)}` as const;
  return {
    ...call,
    event: { ...call.event, address: there(call.event.address) },
    runs: call.runs.map((it) => ({ ...it, pfn: it.pfn + pfns, head: it.head + pfns })),
    leaves: call.leaves.map(({ pfn, ...it }) => ({
      ...it,
      address: there(it.address),
      ...(pfn === undefined ? {} : { pfn: pfn + pfns }),
    })),
    ...(call.pages === undefined ? {} : { pages: { ...call.pages, pfn: call.pages.pfn + pfns } }),
  };
}

const SHORT = ending({ asked: 500, returned: 500 });
const SINGLE = running({ head: HEAD + 512, order: 0, count: 256, refs: 1, step: 1 });
const FEW = ending({ asked: 384, returned: 384 }, running({ refs: 128, step: 128 }));
const SMALL = { ...RUN, order: 7, refs: 128, step: 128 };
/** 256 pages of one leaf, of two heads. */
const HEADS: EndedCall = {
  ...ending({ address: at(512), asked: 256, returned: 256 }),
  runs: [
    { ...SMALL, pfn: HEAD + 512, head: HEAD + 512 },
    { ...SMALL, pfn: HEAD + 640, head: HEAD + 640 },
  ],
  leaves: [{ ...PMD, address: at(512), pages: 256 }],
};
/** The same, of a leaf that tells its pages. */
const DEVICE: EndedCall = {
  ...HEADS,
  leaves: [{ ...ORDINARY, address: at(512), pages: 256, pfn: HEAD + 512 }],
};

/** 512 single pages of one leaf. */
const SINGLES: EndedCall = {
  ...ending({ address: at(512) }),
  runs: [
    { ...RUN, pfn: HEAD + 512, head: HEAD + 512, order: 0, count: 512, refs: 1, step: 1 },
  ],
  leaves: [],
};
const HANDED = { kind: "pages", ...KEY, pfn: HEAD + 256, count: 512 } as const;
const PAGES: EndedCall = { ...BASE, pages: HANDED };

/** Calls of which the second differs from the first in one thing. */
const PAIRS: Readonly<Record<string, readonly [EndedCall, EndedCall]>> = {
  asked: [SHORT, ending({ asked: 501 }, SHORT)],
  returned: [BASE, ending({ returned: 511 })],
  flags: [BASE, ending({ flags: CALL.flags | HEADER.plan.flags.longterm })],
  fellBack: [BASE, ending({ fellBack: true })],
  lookups: [BASE, ending({ lookups: 1 })],
  realLookups: [BASE, ending({ realLookups: 1 })],
  unlisted: [BASE, ending({ unlisted: { grabs: 2, refs: 2, slowGrabs: 0, slowRefs: 0 } })],
  "how many runs": [BASE, { ...BASE, runs: BASE.runs.slice(0, 1) }],
  path: [BASE, running({ path: "slow" })],
  role: [BASE, running({ role: "grabSlow" })],
  "pfn of a run": [BASE, running({ pfn: HEAD + 512 + 300 })],
  "head of a run": [BASE, running({ head: HEAD })],
  order: [BASE, running({ order: 7 })],
  count: [BASE, running({ count: 2 })],
  refs: [BASE, running({ refs: 255 })],
  step: [SINGLE, running({ step: 0 }, SINGLE)],
  "how many leaves": [BASE, { ...BASE, leaves: BASE.leaves.slice(0, 1) }],
  level: [BASE, leafing({ level: "pud" })],
  "pages of a leaf": [BASE, leafing({ pages: 255 })],
  taken: [BASE, leafing({ taken: false })],
  "address of a leaf": [
    leafing({ level: "pte", address: at(700) }),
    leafing({ level: "pte", address: at(701) }),
  ],
  "whether a leaf tells its pages": [
    HEADS,
    { ...HEADS, leaves: HEADS.leaves.map((it) => ({ ...it, pfn: HEAD + 512 })) },
  ],
  "pfn of a leaf": [
    DEVICE,
    { ...DEVICE, leaves: DEVICE.leaves.map((it) => ({ ...it, pfn: HEAD + 1024 })) },
  ],
  undos: [ending({ flags: 4, returned: 256 }), {
    ...ending({ flags: 4, returned: 256 }),
    undos: [{ kind: "undo", ...KEY, pfn: HEAD + 512, pages: 256 }],
  }],
  puts: [ending({ returned: 256 }), {
    ...ending({ returned: 256 }),
    puts: [{ ...PUT, ...KEY, path: "fast", pfn: HEAD + 512, refs: 256 }],
  }],
  refused: [BASE, { ...BASE, refused: 1 }],
  address: [FEW, moved(256, 0, FEW)],
  pfn: [SINGLES, moved(0, 256, SINGLES)],
  "pages that were handed back": [PAGES, { ...PAGES, pages: { ...HANDED, count: 17 } }],
};

const PMD_LEAF = withRoles({ pmdLeaf: probed("gup_huge_pmd"), undo: probed("undo_dev_pagemap") });
const HEADERS: Readonly<Record<string, Header>> = {
  functions: PMD_LEAF,
  mapping: withRoles({ hugeLeaf: absent() }),
  heads: { ...PMD_LEAF, workload: { ...HEADER.workload, scope: "process" } },
};

/** Sums of calls as they come, and of the same calls one by one. */
function sumUp(calls: readonly EndedCall[], header: Header) {
  const { kernel: { pageBytes }, plan: { flags, roles } } = header;
  const ranges = sumUpRanges(header, [{ from: BUFFER / 4096, to: BUFFER / 4096 + 2 ** 18 }]);
  for (const call of calls) ranges.add(call);
  const { level, sums, headOrders, pageArrays } = ranges.finish(noneMoved());
  const expected = noCalls();
  const heads = new HeadCounter();
  const arrays = new PageArrayCheck();
  for (const call of calls) {
    const settled = settleCall(call, { pageBytes, flags, seesUndo: seesUndo(roles) });
    if (settled === undefined) continue;
    addFacts(expected, factsOf(settled, level, pageBytes));
    addTime(expected, call.event.ns);
    const { runs } = settled.walk;
    const { returned } = call.event;
    const first = pageIndex(call.event.address, pageBytes);
    if (call.pages !== undefined) arrays.add(call.pages, { first, runs, returned });
    for (const { head, order, count, step } of runs) {
      heads.add(head, order, count, step);
    }
  }
  return {
    found: [plain(sums), headOrders, pageArrays?.calls, pageArrays?.wrong],
    expected: [
      plain(expected),
      heads.orders(),
      arrays.found(HEAD, [])?.calls,
      arrays.found(HEAD, [])?.wrong,
    ],
  };
}

/** What can be compared of sums. */
function plain({ refsPerGrab, grabsPerHead, ...sums }: CallSums) {
  return { ...sums, refsPerGrab: weightsOf(refsPerGrab), grabsPerHead: weightsOf(grabsPerHead) };
}

/** The same call under another number. */
function numbered(parts: EndedCall, call: number, time: number): EndedCall {
  return { ...parts, call, event: { ...parts.event, call, at: time } };
}

Deno.test("calls that differ in anything that counts are not of one kind", () => {
  for (const [what, pair] of Object.entries(PAIRS)) {
    const differs = Object.values(HEADERS).some((header) => {
      const [one, other] = pair.map((call) => JSON.stringify(sumUp([call, call], header).expected));
      return one !== other;
    });
    assert(differs, `${what} counts`);
    for (const [how, header] of Object.entries(HEADERS)) {
      const calls = [...pair, ...pair].map((call, i) => numbered(call, i, 10 * i));
      const { found, expected } = sumUp(calls, header);
      assertEquals(found, expected, `${what}, by ${how}`);
    }
  }
});

Deno.test("calls of one kind are settled wherever they are, and the first by entry is named", () => {
  for (const call of [BASE, SINGLE, FEW, DEVICE, PAGES, ending({ asked: 600 })]) {
    const times = [500, 300, 400, 300, 900];
    const calls = times.map((time, i) => numbered(moved(512 * i, 1024 * i, call), 7 - i, time));
    for (const [how, header] of Object.entries(HEADERS)) {
      const { found, expected } = sumUp(calls, header);
      assertEquals(found, expected, how);
      assertNotEquals(found, sumUp(calls.slice(1), header).found);
    }
  }
});
