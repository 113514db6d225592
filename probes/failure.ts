/**
 * The machinery failed: no answer, as opposed to a negative one.
 *
 * @module
 */

/**
 * Something that headcount needs does not work: a program that is not there, a guest that did not
 * boot, a kernel that panicked. The command line exits with 69.
 */
export class MachineryError extends Error {
  /** Name of the class. */
  override readonly name: string = "MachineryError";
  /** Lines that show what went wrong, such as the end of the guest's kernel log. */
  readonly evidence: string;

  /** `message` says what was attempted and what to do; `evidence` may be empty. */
  constructor(message: string, evidence = "", options?: ErrorOptions) {
    super(message, options);
    this.evidence = evidence;
  }
}

/**
 * The kernel cannot do what it is asked for, such as a workload whose option it was built without:
 * nothing is broken, and another kernel may.
 */
export class LackError extends MachineryError {
  /** Name of the class. */
  override readonly name = "LackError";
}

/**
 * The caller asked for something that cannot be: a file that is not there, a size that is no
 * multiple of a page. The command line exits with 64.
 */
export class RequestError extends RangeError {
  /** Name of the class. */
  override readonly name = "RequestError";
}
