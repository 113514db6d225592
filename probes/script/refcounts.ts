/**
 * The page_ref tracepoints as a second witness: what was added to and taken from the `_refcount` of
 * each page of the device, summed up in the kernel.
 *
 * @module
 */

/**
 * The probes at the tracepoints, include/trace/events/page_ref.h. Those that set or freeze a count do
 * not say what it was before; none of them concerns a page that is pinned.
 *
 * @param mapping Functions in which references are a mapping's, not a user's.
 */
export function refcountProbes(mapping: readonly string[]): string[] {
  return [
    ...mapping.map((name) =>
      `kprobe:${name}
{
  @mapping[tid] = (uint64)1;
}

kretprobe:${name}
{
  @mapping[tid] = (uint64)0;
}
`
    ),
    ...["mod", "mod_and_test", "mod_and_return"].map((name) => countProbe(name, "")),
    // Nothing was done where the count was what it must not be.
    countProbe("mod_unless", " && args->ret"),
  ];
}

function countProbe(name: string, done: string): string {
  return `tracepoint:page_ref:page_ref_${name}
/args->pfn >= $2 && args->pfn < $3 && !@mapping[tid]${done}/
{
  $value = (int64)args->val;
  if ($value > 0) {
    @added[args->pfn] = sum($value);
  } else {
    @taken[args->pfn] = sum(0 - $value);
  }
}
`;
}
