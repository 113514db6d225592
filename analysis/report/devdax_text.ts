/**
 * A machine's persistent memory as text.
 *
 * @module
 */

import { wrap } from "./layout.ts";
import { type Column, textTable } from "./table.ts";
import type { TextOptions } from "./text.ts";

/** What is shown of a machine's persistent memory. */
export interface DevdaxView {
  /** Where namespaces are made. */
  readonly regions: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly freeBytes: number;
  }[];
  /** Its namespaces. */
  readonly namespaces: readonly {
    readonly name: string;
    readonly mode: string;
    readonly map?: string;
    readonly bytes: number;
    readonly alignBytes?: number;
    readonly label: string;
    readonly devices: readonly string[];
    readonly contents: { readonly kind: "blank" } | { readonly what: string };
    readonly uses: readonly string[];
  }[];
  /** devdax devices that are no namespace's. */
  readonly others: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly alignBytes: number;
  }[];
  /** Who uses devices. */
  readonly uses: readonly { readonly device: string; readonly how: string }[];
  /** What to do about a machine that has none. */
  readonly advice?: string;
}

const COLUMNS: readonly Column[] = [
  { head: "namespace" },
  { head: "mode" },
  { head: "size", right: true },
  { head: "align", right: true },
  { head: "map" },
  { head: "name" },
  { head: "device" },
];

/**
 * What persistent memory a machine has, as lines of ASCII text: under each namespace what it holds and
 * who uses it.
 *
 * @example
 * ```ts
 * import { renderDevdax } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const regions = [{ name: "region0", bytes: 2 ** 30, freeBytes: 2 ** 30 }];
 * assertEquals(renderDevdax({ regions, namespaces: [], others: [], uses: [] }), [
 *   "There is no namespace, and no devdax device.",
 *   "",
 *   "region0: 1G, of which 1G is free in one piece",
 *   "",
 * ].join("\n"));
 * ```
 */
export function renderDevdax(view: DevdaxView, { width = 80 }: TextOptions = {}): string {
  const { regions, namespaces, others, uses, advice } = view;
  const rows = [
    ...namespaces.map((it) => ({
      cells: [
        it.name,
        it.mode,
        sizeText(it.bytes),
        it.alignBytes === undefined ? "-" : sizeText(it.alignBytes),
        it.map ?? "-",
        it.label === "" ? "-" : it.label,
        it.devices.map((name) => `/dev/${name}`).join(" ") || "-",
      ],
      told: ["what" in it.contents ? `holds ${it.contents.what}` : "is blank", ...it.uses],
    })),
    ...others.map(({ name, bytes, alignBytes }) => ({
      cells: ["-", "devdax", sizeText(bytes), sizeText(alignBytes), "-", "-", `/dev/${name}`],
      told: ["is of no namespace", ...usesOf(name, uses)],
    })),
  ];
  const [head = "", ...lines] = textTable(COLUMNS, rows.map(({ cells }) => cells));
  const table = lines.flatMap((line, i) => [
    line,
    ...wrap(rows[i]?.told.join(", ") ?? "", width - 4, "  ").map((part) => `  ${part}`),
  ]);
  return [
    ...(rows.length === 0 ? ["There is no namespace, and no devdax device."] : [head, ...table]),
    ...(regions.length === 0 ? [] : [""]),
    ...regions.map(({ name, bytes, freeBytes }) => {
      const free = freeBytes === 0 ? "nothing" : sizeText(freeBytes);
      return `${name}: ${sizeText(bytes)}, of which ${free} is free in one piece`;
    }),
    ...(advice === undefined ? [] : ["", ...wrap(upperFirst(`${advice}.`), width)]),
    "",
  ].join("\n");
}

function usesOf(name: string, uses: DevdaxView["uses"]): readonly string[] {
  return uses.filter(({ device }) => device === name).map(({ how }) => how);
}

/** A size in the greatest unit of which it is a whole number, or in MiB with one digit more. */
function sizeText(bytes: number): string {
  const units = [["G", 2 ** 30], ["M", 2 ** 20], ["K", 2 ** 10]] as const;
  const whole = units.find(([, unit]) => bytes >= unit && bytes % unit === 0);
  return whole === undefined
    ? `${(bytes / 2 ** 20).toFixed(1)}M`
    : `${bytes / whole[1]}${whole[0]}`;
}

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
