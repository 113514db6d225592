/**
 * Several streams as one.
 *
 * @module
 */

/** An item and the name of the stream that it came from; no value where that stream ended. */
export interface Merged<Name extends string, T> {
  readonly from: Name;
  readonly value?: T;
}

/**
 * Yields the items of several streams as they come, and the end of each. At most one item of each
 * is held, so that a slow consumer slows the producers.
 */
export async function* merge<Name extends string, T>(
  streams: Readonly<Record<Name, AsyncIterator<T>>>,
): AsyncGenerator<Merged<Name, T>, void, undefined> {
  type Arrival = { readonly from: Name; readonly result: IteratorResult<T, unknown> };
  const pending = new Map<Name, Promise<Arrival>>();
  const pull = (from: Name): void => {
    // At the end of the row: of several that have an item, the one that waited longest is next.
    pending.delete(from);
    pending.set(from, streams[from].next().then((result) => ({ from, result })));
  };
  for (const name of Object.keys(streams) as Name[]) pull(name);
  while (pending.size > 0) {
    const { from, result } = await Promise.race(pending.values());
    if (result.done) {
      pending.delete(from);
      yield { from };
    } else {
      pull(from);
      yield { from, value: result.value };
    }
  }
}
