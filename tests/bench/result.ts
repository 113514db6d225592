/**
 * What parts of the benchmark give.
 *
 * @module
 */

/** What a part was measured to be. */
export interface BenchResult {
  /** What was measured on what. */
  readonly title: string;
  /** One row a thing that was measured. */
  readonly rows: readonly (readonly string[])[];
  /** Names of the columns. */
  readonly columns: readonly string[];
  /** The same as numbers. */
  readonly measured: unknown;
  /** What the numbers must be. */
  readonly targets: readonly Target[];
  /** What could not be measured, and why. */
  readonly skipped: readonly string[];
}

/** A number that must not be exceeded. */
export interface Target {
  /** What it is. */
  readonly name: string;
  /** What it is at most. */
  readonly limit: number;
  /** What it was measured to be. */
  readonly value: number;
}

/** Numbers that can be given on the command line, by name. */
export type BenchOptions = Readonly<Record<string, string | undefined>>;
