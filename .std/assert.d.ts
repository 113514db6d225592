/** Thrown by every assertion of this module that does not hold. */
export class AssertionError extends Error {
  constructor(message: string, options?: ErrorOptions);
}

/** A class whose instances can be looked for among thrown errors. */
type ErrorClass<E extends Error> = abstract new (...parameters: never[]) => E;

/** Fails unless the value is truthy. */
export function assert(value: unknown, message?: string): asserts value;

/** Fails if the value is truthy. */
export function assertFalse(value: unknown, message?: string): void;

/** Fails unless both values are equal in structure. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void;

/** Fails if both values are equal in structure. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void;

/** Fails unless both are the same value, as `Object.is` has it. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  message?: string,
): asserts actual is T;

/** Fails if the value is `null` or `undefined`. */
export function assertExists<T>(value: T, message?: string): asserts value is NonNullable<T>;

/** Fails unless the value is an instance of the class. */
export function assertInstanceOf<T>(
  value: unknown,
  type: abstract new (...parameters: never[]) => T,
  message?: string,
): asserts value is T;

/** Fails unless `actual` is greater than `expected`. */
export function assertGreater<T>(actual: T, expected: T, message?: string): void;

/** Fails unless `actual` is `expected` or greater. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, message?: string): void;

/** Fails unless `actual` is less than `expected`. */
export function assertLess<T>(actual: T, expected: T, message?: string): void;

/** Fails unless `actual` is `expected` or less. */
export function assertLessOrEqual<T>(actual: T, expected: T, message?: string): void;

/** Fails unless the text matches. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void;

/** Fails if the text matches. */
export function assertNotMatch(actual: string, expected: RegExp, message?: string): void;

/** Fails unless the text contains the other one. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void;

/** Fails unless every expected item is found among the actual ones. */
export function assertArrayIncludes<T>(
  actual: ArrayLike<T>,
  expected: ArrayLike<T>,
  message?: string,
): void;

/** Fails unless the object has all properties of the other one, with equal values. */
export function assertObjectMatch(
  actual: object,
  expected: Record<PropertyKey, unknown>,
  message?: string,
): void;

/** Fails unless the function throws; returns what it threw. */
export function assertThrows(act: () => unknown, message?: string): unknown;
/** Fails unless the function throws this kind of error, its message containing the text. */
export function assertThrows<E extends Error>(
  act: () => unknown,
  type: ErrorClass<E>,
  includes?: string,
  message?: string,
): E;

/** Fails unless the promise is rejected; resolves to the reason. */
export function assertRejects(act: () => PromiseLike<unknown>, message?: string): Promise<unknown>;
/** Fails unless the promise is rejected with this kind of error, its message containing the text. */
export function assertRejects<E extends Error>(
  act: () => PromiseLike<unknown>,
  type: ErrorClass<E>,
  includes?: string,
  message?: string,
): Promise<E>;

/** Fails always. */
export function fail(message?: string): never;

/** Fails always: for a place that cannot be reached. */
export function unreachable(reason?: string): never;
