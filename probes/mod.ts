/**
 * Left of the recording: targets, facts, plans, programs, sessions.
 *
 * @module
 */

export { parseBytes } from "./bytes.ts";
export { cacheFolder } from "./cache.ts";
export { MachineryError, RequestError } from "./failure.ts";
export type { BootEvent, PhaseName } from "./guest/phase.ts";
export { splitLines } from "./lines.ts";
export { Progress, type ProgressEvent, type ProgressOptions } from "./progress.ts";
export type { TargetWish } from "./targets/open.ts";
export { SCRIPT_FILE, trace, type TraceWish } from "./trace.ts";
