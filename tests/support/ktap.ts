/** A reader of KTAP version 1 that refuses what Documentation/dev-tools/ktap.rst does not allow. */

/** A result of KTAP, with its subtests. */
export interface KtapResult {
  readonly ok: boolean;
  readonly name: string;
  readonly directive?: string;
  /** What is said after the directive. */
  readonly reason?: string;
  readonly subtests: readonly KtapResult[];
}

/** Reads a whole test output. */
export function readKtap(text: string): readonly KtapResult[] {
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  const lines = text.slice(0, -1).split("\n");
  const { results, next } = readBlock(lines, 0, "");
  if (next !== lines.length) throw new Error(`what is "${lines[next]}"?`);
  return results;
}

const RESULT =
  /^(ok|not ok) (\d+)(?: (?:- )?([^#\n]*?))?(?: # ?(SKIP|TODO|XFAIL|TIMEOUT|ERROR)(?: (.*))?)?$/;

/** A version line, perhaps diagnostics, a plan, and as many results. */
function readBlock(lines: readonly string[], from: number, indent: string) {
  let next = from;
  const line = (): string | undefined => {
    const found = lines[next];
    return found?.startsWith(indent) ? found.slice(indent.length) : undefined;
  };
  if (line() !== "KTAP version 1") throw new Error(`no version line but "${lines[next]}"`);
  next++;
  while (line()?.startsWith("# ")) next++;
  const [, planned] = /^1\.\.(\d+)$/.exec(line() ?? "") ?? [];
  if (planned === undefined) throw new Error(`no plan but "${lines[next]}"`);
  next++;
  const results: KtapResult[] = [];
  let subtests: readonly KtapResult[] = [];
  while (results.length < Number(planned)) {
    const here = line();
    if (here === undefined) throw new Error(`${results.length} results of ${planned}`);
    if (here === "  KTAP version 1") {
      const block = readBlock(lines, next, `${indent}  `);
      subtests = block.results;
      next = block.next;
      continue;
    }
    next++;
    if (here.startsWith("# ")) continue;
    const [, status, number, name = "", directive, reason] = RESULT.exec(here) ?? [];
    if (Number(number) !== results.length + 1) {
      throw new Error(`"${here}" is no result, or not next`);
    }
    const ok = status === "ok";
    if (ok && directive === "ERROR") throw new Error(`"${here}" is ok and an error`);
    results.push({
      ...{ ok, name, subtests },
      ...(directive === undefined ? {} : { directive }),
      ...(reason === undefined ? {} : { reason }),
    });
    subtests = [];
  }
  return { results, next };
}
