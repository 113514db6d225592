/** A thread of pinning.ts that takes pages out of the page tables while others are in gup-fast. */

// asm-generic/mman-common.h.
const MADV_DONTNEED = 4;

const libc = Deno.dlopen("libc.so.6", {
  madvise: { parameters: ["u64", "usize", "i32"], result: "i32" },
});

/** What the thread is told: the mapping that it discards, and where it says how often it did. */
export interface DiscardOrder {
  readonly start: bigint;
  readonly bytes: number;
  /** An Int32Array: 0 until it is to end. */
  readonly ended: SharedArrayBuffer;
}

/** A thread's own scope, which the types of a program do not have. */
interface ThreadScope {
  onmessage: ((event: MessageEvent<DiscardOrder>) => void) | null;
  postMessage(text: string): void;
}

const scope = globalThis as unknown as ThreadScope;

scope.onmessage = ({ data: { start, bytes, ended } }) => {
  scope.postMessage("begins");
  const state = new Int32Array(ended);
  for (let turn = 0; Atomics.load(state, 0) === 0; turn++) {
    // At another moment of a call each time.
    Atomics.wait(state, 0, 0, 1 + turn % 7);
    libc.symbols.madvise(start, BigInt(bytes), MADV_DONTNEED);
  }
};
