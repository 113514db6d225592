/**
 * What ndctl prints: only what has its fields, of their types, is relied on.
 *
 * @module
 */

import { list, object, optional, text, whole } from "../../recording/check.ts";

/** A namespace and its devices, wherever ndctl names it. */
export interface NamedNamespace {
  readonly dev: string;
  readonly map?: string;
  readonly uuid?: string;
  readonly blockdev?: string;
  readonly chardev?: string;
  readonly daxregion?: { readonly devices?: readonly ListedChar[] };
}

interface ListedChar {
  readonly chardev?: string;
}

/** A namespace of a region. */
export interface ListedNamespace extends NamedNamespace {
  readonly mode?: string;
  readonly size?: number;
  readonly align?: number;
  readonly sector_size?: number;
  readonly name?: string;
}

/** A region, as `ndctl list -R` prints it. */
export interface ListedRegion {
  readonly dev: string;
  readonly size: number;
  readonly align?: number;
  readonly max_available_extent?: number;
  readonly available_size?: number;
  readonly type?: string;
  readonly namespaces?: readonly ListedNamespace[];
}

const optionalText = optional(text);
const optionalCount = optional(whole(0));

const NAMED = {
  dev: text,
  map: optionalText,
  uuid: optionalText,
  blockdev: optionalText,
  chardev: optionalText,
  daxregion: optional(object<NonNullable<NamedNamespace["daxregion"]>>({
    devices: optional(list(object<ListedChar>({ chardev: optionalText }))),
  })),
} as const;

// What create-namespace prints has sizes for people.
const NAMESPACE = object<NamedNamespace>(NAMED);

const REGION = object<ListedRegion>({
  dev: text,
  size: whole(0),
  align: optionalCount,
  max_available_extent: optionalCount,
  available_size: optionalCount,
  type: optionalText,
  namespaces: optional(list(object<ListedNamespace>({
    ...NAMED,
    mode: optionalText,
    size: optionalCount,
    align: optionalCount,
    sector_size: optionalCount,
    name: optionalText,
  }))),
});

/** Whether ndctl names a namespace so. */
export function isNamespace(value: unknown): value is NamedNamespace {
  return NAMESPACE.holds(value);
}

/** Whether ndctl lists a region so. */
export function isRegion(value: unknown): value is ListedRegion {
  return REGION.holds(value);
}

/** Names of a namespace's character devices. */
export function charsOf({ daxregion }: NamedNamespace): readonly string[] {
  return (daxregion?.devices ?? []).flatMap(({ chardev }) => chardev ?? []);
}

/** The value of what ndctl printed; undefined for what is no JSON. */
export function parseNdctl(printed: string): unknown {
  try {
    return JSON.parse(printed);
  } catch {
    return undefined;
  }
}
