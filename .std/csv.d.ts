/** Rows as lines of comma-separated values, which end in CR and LF as RFC 4180 has it. */
export function stringify(
  rows: readonly (readonly (string | number | boolean | null)[])[],
): string;
