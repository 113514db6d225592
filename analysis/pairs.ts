/**
 * Sums by pairs of numbers, such as a head's pfn and order: a hash table in one typed array, so that
 * millions of additions to the same few thousand pairs make no garbage.
 *
 * @module
 */

/** What a free cell has for its first number. */
const FREE = -1;

/**
 * Sums by pairs of numbers from 0 on.
 *
 * @example References by head and order, in one column
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const sums = new PairSums(1);
 * sums.add(0x100a00, 9, 0, 256);
 * sums.add(0x100a00, 9, 0, 255);
 * assertEquals([...sums], [[0x100a00, 9, [511]]]);
 * ```
 */
export class PairSums {
  /** How many numbers are summed up for each pair. */
  readonly width: number;
  #size = 0;
  #mask = 7;
  #cells: Float64Array;
  /** The cell that was added to last. */
  #last = 0;

  constructor(width: number) {
    this.width = width;
    this.#cells = new Float64Array(8 * (2 + width)).fill(FREE);
  }

  /** How many pairs there are. */
  get size(): number {
    return this.#size;
  }

  /** Puts a pair in, with sums of 0 where it was not. */
  put(a: number, b: number): void {
    this.#find(a, b);
  }

  /** Adds to one of a pair's sums; an amount of 0 puts the pair in. */
  add(a: number, b: number, column: number, amount: number): void {
    // What is taken on a head is mostly put next. The cell may be another's or free by now.
    let cell = this.#last;
    if (this.#cells[cell] !== a || this.#cells[cell + 1] !== b) {
      this.#last = cell = this.#find(a, b);
    }
    const cells = this.#cells;
    cell += 2 + column;
    cells[cell] = (cells[cell] ?? 0) + amount;
  }

  /** One of a pair's sums; `undefined` where the pair is not in. */
  get(a: number, b: number, column: number): number | undefined {
    const cell = this.#probe(a, b);
    return this.#cells[cell] === FREE ? undefined : this.#cells[cell + 2 + column];
  }

  /** Adds all sums of another table. */
  merge(other: PairSums): void {
    for (const [a, b, sums] of other) {
      this.put(a, b);
      sums.forEach((amount, column) => this.add(a, b, column, amount));
    }
  }

  /** Forgets all pairs. */
  clear(): void {
    this.#size = 0;
    this.#cells.fill(FREE);
  }

  /** Each pair with its sums, in no order. */
  *[Symbol.iterator](): Generator<[a: number, b: number, sums: number[]], void, undefined> {
    const stride = 2 + this.width;
    for (let cell = 0; cell < this.#cells.length; cell += stride) {
      const [a = FREE, b = 0, ...sums] = this.#cells.subarray(cell, cell + stride);
      if (a !== FREE) yield [a, b, sums];
    }
  }

  /** The cell of a pair, which is put in where it is missing. */
  #find(a: number, b: number): number {
    const cell = this.#probe(a, b);
    if (this.#cells[cell] !== FREE) return cell;
    if (2 * this.#size > this.#mask) {
      this.#grow();
      return this.#find(a, b);
    }
    this.#size++;
    this.#cells.fill(0, cell, cell + 2 + this.width);
    this.#cells[cell] = a;
    this.#cells[cell + 1] = b;
    return cell;
  }

  /** The cell of a pair, or the free one that it would take. */
  #probe(a: number, b: number): number {
    const cells = this.#cells;
    const mask = this.#mask;
    const stride = 2 + this.width;
    for (let slot = hashOf(a, b) & mask;; slot = (slot + 1) & mask) {
      const cell = slot * stride;
      const found = cells[cell];
      if (found === FREE || (found === a && cells[cell + 1] === b)) return cell;
    }
  }

  #grow(): void {
    const old = [...this];
    this.#mask = 2 * this.#mask + 1;
    this.#cells = new Float64Array((this.#mask + 1) * (2 + this.width)).fill(FREE);
    this.#size = 0;
    for (const [a, b, sums] of old) this.#cells.set(sums, this.#find(a, b) + 2);
  }
}

/** Numbers above 2^32 are taken by their lower bits, in which neighbours differ. */
function hashOf(a: number, b: number): number {
  const hash = Math.imul(a | 0, 0x9e3779b1) ^ Math.imul(b | 0, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}
