/** The small test kernels, see tests/README.md. */

/** Path of one of the small test kernels, see tests/README.md; undefined where it is not there. */
export function testKernel(kernel: string): string | undefined {
  const image = `${Deno.env.get("HEADCOUNT_TEST_KERNELS")}/${kernel}`;
  return isFile(image) ? image : undefined;
}

/** Whether there is such a file. */
export function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
