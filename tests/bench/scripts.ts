/**
 * What headcount's program is measured against: bpftrace programs as a person writes them by hand, that
 * count grabs or print them, and one with all of its probes that does nothing in them.
 *
 * @module
 */

import type { Plan } from "../../probes/plan.ts";
import { renderScript } from "../../probes/script/program.ts";

/** How a program by hand is made. */
export type HandWritten = "counts" | "prints grabs" | "prints calls and grabs";

/**
 * Writes a program. All of it is attached by kprobe, as in every tutorial; look-ups are only counted.
 */
export function handWritten({ functions }: Plan, kind: HandWritten): string {
  const { entry, grabOne, grabBatch, lookup } = functions;
  const probes: string[] = [];
  const probe = (symbol: string, body: string): void => {
    probes.push(`kprobe:${symbol} /pid == $1/ { ${body} }`);
  };
  if (kind === "prints calls and grabs" && entry !== undefined) {
    probe(entry.symbol, 'printf("call %d %llx %d\\n", tid, arg0, arg1);');
    probes.push(`kretprobe:${entry.symbol} /pid == $1/ { printf("end %d %d\\n", tid, retval); }`);
  }
  for (const grab of [grabOne, grabBatch]) {
    if (grab === undefined) continue;
    const refs = grab.arguments.refs === undefined ? "1" : `arg${grab.arguments.refs.index}`;
    probe(
      grab.symbol,
      kind === "counts"
        ? `@grabs = count(); @refs = sum(${refs});`
        : `printf("grab %d %llx %d\\n", tid, arg0, ${refs});`,
    );
  }
  if (lookup !== undefined) probe(lookup.symbol, "@lookups = count();");
  return `${probes.join("\n")}\n`;
}

/** Writes a program that is attached wherever headcount's is, and does nothing there. */
export function doingNothing(plan: Plan): string {
  const text = renderScript(plan, { release: "", headcount: "", bpftrace: "" });
  const probes = text.match(/^(?:k(?:ret)?(?:probe|func)|fentry|fexit):\S+$/gm) ?? [];
  return `${probes.map((probe) => `${probe} /pid == $1/ { }`).join("\n")}\n`;
}
