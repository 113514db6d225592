/**
 * What arguments are read as.
 *
 * @module
 */

import { InvalidArgumentError } from "@commander-js/extra-typings";
import {
  hostOf,
  isSshName,
  type MachineName,
  MEMORY_KINDS,
  type MemoryKind,
  parseBytes,
  type ParsedWorkload,
  parseWorkload,
  RequestError,
  type TargetName,
} from "../mod.ts";

const PAGE_BYTES = 4096;

/** A target. */
export function target(text: string): "auto" | TargetName {
  if (text === "auto" || text === "local" || text === "guest") return text;
  if (!isSshName(text)) throw new InvalidArgumentError("Give auto, local, guest or ssh:HOST.");
  try {
    hostOf(text);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    throw new InvalidArgumentError(`${error.message}.`);
  }
  return text;
}

/** A machine that is there already. */
export function machine(text: string): MachineName {
  const name = target(text);
  if (name === "auto" || name === "guest") {
    throw new InvalidArgumentError("Give local or ssh:HOST.");
  }
  return name;
}

/** Bytes, such as 64M. */
export function bytes(text: string): number {
  const value = parseBytes(text);
  if (value === undefined) {
    throw new InvalidArgumentError("Give bytes, or a number with K, M or G.");
  }
  return value;
}

/** Bytes that are whole pages. */
export function pages(text: string): number {
  const value = bytes(text);
  if (value === 0 || value % PAGE_BYTES !== 0) {
    throw new InvalidArgumentError(`Give a multiple of a page, ${PAGE_BYTES} bytes.`);
  }
  return value;
}

/** A workload with its options. */
export function workload(text: string): ParsedWorkload {
  try {
    return parseWorkload(text);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    throw new InvalidArgumentError(`${error.message}.`);
  }
}

/** Kinds of memory, by commas. */
export function memoryKinds(text: string): readonly MemoryKind[] {
  const kinds = text.split(",").map((name) => {
    const kind = MEMORY_KINDS.find((kind) => kind === name.trim());
    if (kind !== undefined) return kind;
    throw new InvalidArgumentError(
      `There is no memory "${name}", only ${MEMORY_KINDS.join(", ")}.`,
    );
  });
  if (new Set(kinds).size === kinds.length) return kinds;
  throw new InvalidArgumentError("Give each kind once.");
}

/** A whole number from 1 on. */
export function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new InvalidArgumentError("Give a whole number from 1 on.");
  }
  return value;
}

/** Variables of an environment, added to those before. */
export function variable(
  text: string,
  before: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("Give NAME=VALUE.");
  return { ...before, [name]: value };
}

/** Seconds, such as 10s, 500ms or 2m. */
export function duration(text: string): number {
  const [, number = "", unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const seconds = Number(number) * { ms: 0.001, s: 1, m: 60, h: 3600 }[unit as "s"];
  if (number === "" || seconds <= 0) {
    throw new InvalidArgumentError("Give a time such as 10s, 500ms or 2m.");
  }
  return seconds;
}
