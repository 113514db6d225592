/**
 * What a person writes by hand: bpftrace programs that count grabs, or that print them.
 *
 * @module
 */

import type { Plan } from "../../probes/plan.ts";

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
