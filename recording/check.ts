/**
 * What a value must be: as a check and as JSON Schema, from one description.
 *
 * @module
 */

/** A schema of JSON Schema, draft 2020-12. */
export interface Schema {
  readonly [keyword: string]: unknown;
}

/** What a value must be. */
export interface Check {
  /** Whether a value is that. */
  readonly holds: (value: unknown) => boolean;
  /** The same for values that were read from JSON. */
  readonly schema: Schema;
  /** Whether it may be absent. */
  readonly isOptional?: true;
  /** Of an object: its fields, in the order in which they are written. */
  readonly fields?: Readonly<Record<string, Check>>;
}

/** A check for each field of a type: the compiler misses none. */
export type Fields<T> = { readonly [Name in keyof T]-?: Check };

/** Whether a value is an object with named fields. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Schemas that have a name, which others refer to. */
const definitions: Record<string, Schema> = {};

/** A check with a name of its own in the schema. */
export function named(name: string, description: string, { holds, schema }: Check): Check {
  definitions[name] = { description, ...schema };
  return { holds, schema: { $ref: `#/$defs/${name}` } };
}

/** Any text. */
export const text: Check = {
  holds: (value) => typeof value === "string",
  schema: { type: "string" },
};

/** Yes or no. */
export const flag: Check = {
  holds: (value) => typeof value === "boolean",
  schema: { type: "boolean" },
};

/** A whole number; by default any that a double holds exactly. */
export function whole(
  minimum: number = Number.MIN_SAFE_INTEGER,
  maximum: number = Number.MAX_SAFE_INTEGER,
): Check {
  return {
    holds: (value) =>
      Number.isSafeInteger(value) && Number(value) >= minimum && Number(value) <= maximum,
    schema: { type: "integer", minimum, maximum },
  };
}

/** A number from 0 on, whole or not. */
export function amount(): Check {
  return {
    holds: (value) => Number.isFinite(value) && Number(value) >= 0,
    schema: { type: "number", minimum: 0 },
  };
}

/** Text that an expression matches as a whole. */
export function matching(pattern: RegExp): Check {
  return {
    holds: (value) => typeof value === "string" && pattern.test(value),
    schema: { type: "string", pattern: pattern.source },
  };
}

/** One of several values. */
export function among(...values: readonly (string | number)[]): Check {
  return { holds: (value) => values.some((one) => one === value), schema: { enum: values } };
}

/** An array of such values. */
export function list(check: Check): Check {
  return {
    holds: (value) => Array.isArray(value) && value.every(check.holds),
    schema: { type: "array", items: check.schema },
  };
}

/** A field that may be absent. */
export function optional(check: Check): Check {
  return {
    ...check,
    holds: (value) => value === undefined || check.holds(value),
    isOptional: true,
  };
}

/** An object with fields, and perhaps others that are not known. */
export function object<T>(fields: Fields<T>): Check {
  const entries = Object.entries<Check>(fields);
  return {
    holds: (value) =>
      isRecord(value) && entries.every(([name, check]) => check.holds(own(value, name))),
    schema: {
      type: "object",
      properties: Object.fromEntries(entries.map(([name, { schema }]) => [name, schema])),
      required: entries.filter(([, { isOptional }]) => !isOptional).map(([name]) => name),
    },
    fields: Object.fromEntries(entries),
  };
}

/** An object of which one of some fields is there at least. */
export function withOneOf(names: readonly string[], check: Check): Check {
  return {
    ...check,
    holds: (value) =>
      check.holds(value) && isRecord(value) && names.some((name) => own(value, name) !== undefined),
    schema: { ...check.schema, anyOf: names.map((name) => ({ required: [name] })) },
  };
}

/** One of several objects, told apart by the field `key`. */
export function variant<T extends string>(key: string, checks: Readonly<Record<T, Check>>): Check {
  const entries = Object.entries<Check>(checks);
  const byName = new Map<unknown, Check>(entries);
  return {
    holds: (value) => isRecord(value) && (byName.get(own(value, key))?.holds(value) ?? false),
    schema: {
      oneOf: entries.map(([name, { schema }]) => ({
        ...schema,
        properties: { ...(schema["properties"] as object), [key]: { const: name } },
      })),
    },
  };
}

/** A check as a schema by itself, with all that it refers to. */
export function documentOf(check: Check, head: Schema): Schema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    ...head,
    ...check.schema,
    $defs: definitions,
  };
}

/** A copy of an object with its fields in the order of its check, then those that it does not name. */
export function inOrder(value: object, { fields = {} }: Check): object {
  const old = new Map<string, unknown>(Object.entries(value));
  const copy: Record<string, unknown> = {};
  for (const [name, check] of Object.entries(fields)) {
    const inner = old.get(name);
    if (inner === undefined) continue;
    copy[name] = check.fields !== undefined && isRecord(inner) ? inOrder(inner, check) : inner;
    old.delete(name);
  }
  return { ...copy, ...Object.fromEntries(old) };
}

function own(value: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}
