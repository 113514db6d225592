/**
 * Sets of whole numbers that mostly follow one another, such as the numbers of a thread's calls.
 *
 * @module
 */

/**
 * A set of whole numbers, kept as intervals.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const calls = new Intervals();
 * assertEquals([1, 2, 4, 3, 2].map((call) => calls.add(call)), [true, true, true, true, false]);
 * assertEquals([calls.size, calls.has(4), calls.has(5)], [1, true, false]);
 * ```
 */
export class Intervals {
  /** First numbers of the intervals, ascending. */
  readonly #from: number[] = [];
  /** The numbers after their last ones. */
  readonly #to: number[] = [];

  /** How many intervals there are. */
  get size(): number {
    return this.#from.length;
  }

  /** Whether a number is in. */
  has(value: number): boolean {
    return value < (this.#to[this.#after(value) - 1] ?? -Infinity);
  }

  /**
   * Puts a number in.
   *
   * @returns Whether it was not in before.
   */
  add(value: number): boolean {
    const last = this.#to.length - 1;
    // Mostly it is the next one.
    if (last >= 0 && value === this.#to[last]) {
      this.#to[last] = value + 1;
      return true;
    }
    const after = this.#after(value);
    const end = this.#to[after - 1] ?? -Infinity;
    if (value < end) return false;
    const joinsNext = this.#from[after] === value + 1;
    if (value === end) {
      this.#to[after - 1] = joinsNext ? this.#to[after] ?? 0 : value + 1;
      if (joinsNext) {
        this.#from.splice(after, 1);
        this.#to.splice(after, 1);
      }
    } else if (joinsNext) {
      this.#from[after] = value;
    } else {
      this.#from.splice(after, 0, value);
      this.#to.splice(after, 0, value + 1);
    }
    return true;
  }

  /** How many intervals begin at a number or before it. */
  #after(value: number): number {
    const last = this.#from.length - 1;
    // Numbers mostly come in order.
    if (last >= 0 && (this.#from[last] ?? 0) <= value) return last + 1;
    let low = 0;
    let high = this.#from.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#from[middle] ?? 0) <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
