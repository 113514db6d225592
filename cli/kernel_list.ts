/**
 * The kernels of a matrix, as they are given.
 *
 * @module
 */

import { InvalidArgumentError } from "@commander-js/extra-typings";

/** A kernel of a matrix. */
export interface ListedInMatrix {
  /** What it is called in the table, and the name of its folder. */
  readonly name: string;
  /** A path, or a version of Debian's. */
  readonly kernel: string;
  /** End of its command line. */
  readonly append?: string;
  /** Its modules folder. */
  readonly modules?: string;
}

/**
 * Reads a list such as `5.10,mine=./bzImage,append=quiet rw,7.3`: what begins with `append=` or
 * `modules=` belongs to the kernel before it.
 */
export function kernelList(text: string): readonly ListedInMatrix[] {
  const kernels: ListedInMatrix[] = [];
  for (const part of text.split(",")) {
    const [, setting, value] = /^(append|modules)=(.*)$/.exec(part) ?? [];
    const last = kernels.at(-1);
    if (setting !== undefined) {
      if (last === undefined) throw new InvalidArgumentError(`"${part}" comes before any kernel.`);
      kernels[kernels.length - 1] = { ...last, [setting]: value };
      continue;
    }
    const [, name = part, kernel = part] = /^([^/=]+)=(.+)$/.exec(part) ?? [];
    if (!/^[\w.+~-]+$/.test(name) || /^\.+$/.test(name)) {
      throw new InvalidArgumentError(
        `"${part}" is no kernel: give a version such as 6.1, or NAME=PATH.`,
      );
    }
    if (kernels.some((other) => other.name === name)) {
      throw new InvalidArgumentError(`"${name}" is there twice: give them names, NAME=PATH.`);
    }
    kernels.push({ name, kernel });
  }
  return kernels;
}
