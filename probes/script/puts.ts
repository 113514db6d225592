/**
 * Probes at the functions that put pins, whichever thread runs them.
 *
 * @module
 */

import type { PageFacts } from "../page.ts";
import type { PlannedFunction } from "../choose.ts";
import type { Plan } from "../plan.ts";
import { CALL_SHIFT, STATE, ZERO } from "./state.ts";
import { argument, isCompound, low32, pfn, vmemmap, zeros } from "./text.ts";
import type { Watch } from "./watch.ts";

/** Code of each put role in the lines of the program. */
export const PUT_CODES = { put: 1, unpin: 2 } as const;

type PutRole = keyof typeof PUT_CODES;

/**
 * The run of puts that a thread is in, on each processor: the idle threads of all of them are one
 * thread by number. Head's pfn expected next, kind (references, role, pin, slow, order), call, first
 * pfn, time of the first, puts.
 */
export const PUT_BEGINNING: string = `@put[0, 0] = (${zeros(6, ZERO)});`;

/** The probes at every function of a plan that puts. */
export function putProbes({ functions, page, summary, scope }: Plan, watch: Watch): string[] {
  const { put, unpin } = functions;
  const seen = summary.putsOfDeviceOnly !== true ? "all" : scope === "buffer" ? "device" : "inside";
  const body = (role: PutRole, probed: PlannedFunction): string =>
    putBody(role, probed, page, summary.flags.pin, seen);
  return [
    ...(unpin === undefined ? [] : [`${unpin.entry}
${filter(watch.puts)}{
${body("unpin", unpin)}}
`]),
    // What unpin_user_folio() calls is the same put again (6.12); on 7.3 it is inlined.
    ...(unpin === undefined || put === undefined ? [] : [`${unpin.exit}
{
  @unpinning[tid] = (uint64)0;
}
`]),
    ...(put === undefined ? [] : [`${put.entry}
${
      filter(
        watch.puts,
        unpin === undefined ? undefined : `@unpinning[tid] != ${argument(put, "head")}`,
      )
    }{
${body("put", put)}}
`]),
  ];
}

/** The filter of a probe, or nothing. */
function filter(...conditions: readonly (string | undefined)[]): string {
  const given = conditions.filter((condition) => condition !== undefined);
  return given.length === 0 ? "" : `/${given.join(" && ")}/\n`;
}

/** Which puts are seen: all, those of the device's pages, or those inside calls. */
type PutsSeen = "all" | "device" | "inside";

const OPEN_CALL = `$c & ${STATE.open}`;
const CALL_READ = "  $c = @call[tid];\n";
const OF_DEVICE = "$pfn >= (uint64)$2 && $pfn < (uint64)$3";

function putBody(
  role: PutRole,
  probed: PlannedFunction,
  page: PageFacts,
  pinFlag: number,
  seen: PutsSeen,
): string {
  const nested = role === "unpin" ? `  @unpinning[tid] = ${argument(probed, "head")};\n` : "";
  // As for grabs: arithmetic on a pointer that the verifier knows to be one is forbidden.
  const head = probed.attach === "fentry"
    ? `  @head[tid] = ${argument(probed, "head")};\n  $head = @head[tid];\n`
    : `  $head = ${argument(probed, "head")};\n`;
  const pin = role === "unpin" ? "  $pin = (uint64)1;\n" : `  $pin = (uint64)0;
  if (${argument(probed, "flags")} & 0x${pinFlag.toString(16)}) {
    $pin = (uint64)1;
  }
`;
  const counted = `  $refs = ${low32(argument(probed, "refs"))};
  $order = (uint64)0;
  $next = $pfn + 1;
  if (${isCompound(page)}) {
    $order = (uint64)(${page.order});
    $next = $pfn;
  }
${pin}${seen === "inside" ? "" : CALL_READ}  $call = (uint64)0;
  if (${OPEN_CALL}) {
    $call = $c >> ${CALL_SHIFT};
    $i = @inside[tid];
    $n = $i.1 + 1;
    if ($i.0 != $call) {
      $n = (uint64)1;
    }
    @inside[tid] = ($call, $n);
  }
  $kind = $refs + ((uint64)${PUT_CODES[role]} << 32) + ($pin << 40) +
    (($c & ${STATE.slow}) << 40) + ($order << 48);
  $s = @put[tid, cpu];
  if ($s.0 == $pfn && $s.1 == $kind && $s.2 == $call) {
    @put[tid, cpu] = ($next, $kind, $s.2, $s.3, $s.4, $s.5 + 1);
  } else {
    if ($s.5) {
      printf("put %d %lx %lx %lx %lx %lx\\n", tid, $s.2, $s.1, $s.3, $s.4, $s.5);
    }
    @put[tid, cpu] = ($next, $kind, $call, $pfn, nsecs, (uint64)1);
  }
  @total_puts = count();
  @total_put_refs = sum($refs);
`;
  const within = counted.replaceAll(/^(?=.)/gm, "  ");
  const filtered: Readonly<Record<PutsSeen, string>> = {
    all: counted,
    device: `  if (${OF_DEVICE}) {\n${within}  }\n`,
    // What a call backs out of is its own, whatever memory that is.
    inside: `${CALL_READ}  if (${OPEN_CALL}) {\n${within}  }\n`,
  };
  return `${nested}${head}  ${vmemmap(page)}
  $pfn = ${pfn("$head", page)};
${filtered[seen]}`;
}
