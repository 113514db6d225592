/**
 * Which kernel modules a guest needs, in the order in which they load.
 *
 * @module
 */

import { MachineryError } from "../failure.ts";

/** What a guest cannot do without: the console's ports, the host's root, NVDIMM, devdax, a ram disk. */
export const NEEDED_MODULES: readonly string[] = [
  "virtio_pci",
  "virtio_console",
  "9pnet_virtio",
  "9p",
  "nfit",
  "nd_pmem",
  "dax_pmem",
  "device_dax",
  "brd",
];

/**
 * What makes a guest faster where the kernel has it: the image of tools. ext4 asks for crc32c by
 * name when it mounts, which modules.dep does not know.
 */
export const HELPFUL_MODULES: readonly string[] = ["virtio_blk", "crc32c_generic", "ext4"];

/** What a modules folder says of itself. */
export interface ModuleIndex {
  /** Text of modules.dep. */
  readonly dependencies: string;
  /** Text of modules.builtin. */
  readonly builtin: string;
}

/** Modules that must be loaded, dependencies first, as paths relative to the folder. */
export function resolveModules(index: ModuleIndex, folder: string): string[] {
  const byName = new Map<string, { path: string; needs: string[] }>();
  for (const line of index.dependencies.split("\n")) {
    if (line.trim() === "") continue;
    const colon = line.indexOf(":");
    if (colon < 0 || !line.slice(0, colon).includes(".ko")) {
      throw new MachineryError(
        `Cannot read "${folder}/modules.dep": ${
          JSON.stringify(line.slice(0, 60))
        } is no line of depmod's; make it again with "depmod"`,
      );
    }
    const path = line.slice(0, colon);
    byName.set(moduleName(path), {
      path,
      needs: line.slice(colon + 1).trim().split(/\s+/).filter((word) => word !== ""),
    });
  }
  const builtin = new Set(
    index.builtin.split("\n").filter((line) => line !== "").map(moduleName),
  );
  const order = new Set<string>();
  const missing: string[] = [];
  for (const name of [...NEEDED_MODULES, ...HELPFUL_MODULES]) {
    const module = byName.get(name);
    if (module === undefined) {
      if (!builtin.has(name) && NEEDED_MODULES.includes(name)) missing.push(name);
      continue;
    }
    // modules.dep lists what a module needs in the order in which to unload: the reverse loads.
    for (const path of [...module.needs].reverse()) order.add(path);
    order.add(module.path);
  }
  if (missing.length > 0) {
    throw new MachineryError(
      `The kernel of "${folder}" cannot make a devdax guest: it has no ${
        missing.map((name) => `"${name}"`).join(", ")
      }, neither in modules.dep nor in modules.builtin; give a kernel with these options, or its modules by --modules`,
    );
  }
  return [...order];
}

/** The name by which the kernel knows a module file: no folder, no ending, `_` for `-`. */
export function moduleName(path: string): string {
  return (path.split("/").pop() ?? "").replace(/\.ko(\.\w+)?$/, "").replaceAll("-", "_");
}
