/**
 * The recordings of one side of a comparison.
 *
 * @module
 */

import { type Report, RequestError } from "../mod.ts";
import { readReport, recordingIn } from "./recording_file.ts";

/**
 * Reads the recordings that an argument names, by commas: a recording, standard input, or a folder of
 * recordings, which is all of them by name.
 *
 * @throws {RequestError} where there is no such recording.
 */
export async function readSide(argument: string): Promise<readonly Report[]> {
  const paths = await isThere(argument) ? [argument] : argument.split(",");
  const recordings = (await Promise.all(paths.map(recordingsOf))).flat();
  const reports: Report[] = [];
  for (const recording of recordings) reports.push(await readReport(recording));
  return reports;
}

async function recordingsOf(path: string): Promise<readonly string[]> {
  if (path === "") throw new RequestError("A recording is missing between commas");
  if (path === "-" || !await isFolder(path) || await recordingIn(path) !== undefined) return [path];
  const folders: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    const folder = `${path.replace(/\/$/, "")}/${name}`;
    if (isDirectory && await recordingIn(folder) !== undefined) folders.push(folder);
  }
  if (folders.length > 0) return folders.sort();
  throw new RequestError(`Cannot read the recording "${path}": the folder holds none`);
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
}
