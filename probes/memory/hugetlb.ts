/**
 * Pools of huge pages.
 *
 * @module
 */

import { MachineryError } from "../failure.ts";
import { collect, type Target } from "../targets/target.ts";

/**
 * Fills the pool of one size until so many pages of it are free. What was there before is there again
 * when it is disposed of.
 *
 * It is done through /sys, as not every kernel has sysctl in /proc.
 *
 * @throws {MachineryError} when the kernel has no such pages, or not so many.
 */
export async function fillPool(
  target: Target,
  pageBytes: number,
  pages: number,
): Promise<AsyncDisposable> {
  const folder = `/sys/kernel/mm/hugepages/hugepages-${pageBytes / 1024}kB`;
  const script = `
    cd "$0" || exit 3
    had=$(cat nr_hugepages)
    free=$(cat free_hugepages)
    [ "$free" -ge "$1" ] || echo $((had + $1 - free)) >nr_hugepages
    free=$(cat free_hugepages)
    echo "$had"
    [ "$free" -ge "$1" ] || { echo "$had" >nr_hugepages; echo "$free are free" >&2; exit 4; }`;
  const command = ["sh", "-c", script, folder, String(pages)];
  const { code, stdout, stderr } = await collect(target.exec(command));
  if (code !== 0) {
    const why = code === 3
      ? "the kernel has none of that size (CONFIG_HUGETLBFS, and a processor that maps them)"
      : "it has not so many free pages in a row; more --memory, or hugepagesz= and hugepages= on the kernel's command line, give them";
    throw new MachineryError(
      `Cannot have ${pages} huge pages of ${pageBytes} bytes: ${why}`,
      stderr.trim(),
    );
  }
  const had = new TextDecoder().decode(stdout).trim();
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      const restore = ["sh", "-c", 'echo "$1" >"$0/nr_hugepages"', folder, had];
      await collect(target.exec(restore)).catch(() => {});
    },
  };
}
