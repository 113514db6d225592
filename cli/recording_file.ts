/**
 * Recordings as files, compressed or not, and on standard input.
 *
 * @module
 */

import { startAnalysis } from "../analysis/analysis.ts";
import type { Report } from "../analysis/report/report.ts";
import { RequestError } from "../probes/failure.ts";
import { createScanner, type Scanner, type ScanSink } from "../recording/mod.ts";
import { writeAll } from "./output.ts";

/** Names that the file of a recording can have in its folder. */
export const RECORDING_FILES = { plain: "recording.jsonl", zstd: "recording.jsonl.zst" } as const;

/** The first bytes of what zstd compressed. */
const ZSTD_MAGIC = [0x28, 0xb5, 0x2f, 0xfd];

/** Analyses the recording in a folder or a file, or with `-` the one on standard input. */
export async function readReport(path: string): Promise<Report> {
  const analysis = startAnalysis();
  await readInto(path, analysis);
  return analysis.report();
}

/** Takes a recording that is read from a file. */
export interface FileSink extends ScanSink {
  /** The file is damaged: there is no more of it. */
  cutOff(): void;
}

/** Reads the recording in a folder or a file, or with `-` the one on standard input. */
export async function readInto(path: string, sink: FileSink): Promise<void> {
  const scanner = createScanner(sink);
  using file = path === "-" ? undefined : await openRecording(path);
  const source: Source = file ?? Deno.stdin;
  const space = scanner.space();
  let filled = 0;
  // As many bytes as tell what it is, from a pipe perhaps one by one.
  while (filled < ZSTD_MAGIC.length) {
    const read = source.readSync(space.subarray(filled));
    if (read === null) break;
    filled += read;
  }
  if (ZSTD_MAGIC.every((byte, i) => i < filled && space[i] === byte)) {
    await decompress(source, space.slice(0, filled), scanner, sink);
  } else {
    scanner.filled(filled);
    for (let read; (read = source.readSync(scanner.space())) !== null;) scanner.filled(read);
  }
  scanner.end();
}

/** What bytes are read from. */
type Source = Pick<typeof Deno.stdin, "readSync">;

async function openRecording(path: string): Promise<Deno.FsFile> {
  let file = path;
  try {
    if ((await Deno.stat(path)).isDirectory) {
      file = await recordingIn(path) ?? fileIn(path, RECORDING_FILES.plain);
    }
    return await Deno.open(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new RequestError(`Cannot read the recording "${path}": there is no "${file}"`);
  }
}

/** A file of a folder; `join()` of `node:path` takes longer to load than a short recording to read. */
function fileIn(folder: string, name: string): string {
  return folder.endsWith("/") ? `${folder}${name}` : `${folder}/${name}`;
}

/** The file of the recording in a folder; `undefined` where there is none. */
export async function recordingIn(folder: string): Promise<string | undefined> {
  const { plain, zstd } = RECORDING_FILES;
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  const name = [zstd, plain].find((name) => names.includes(name));
  return name === undefined ? undefined : fileIn(folder, name);
}

/**
 * Decompresses into a scanner. What is damaged counts up to where it is, as a recording that was cut off
 * there; one whose end is missing has no footer in any case.
 */
async function decompress(
  source: Source,
  first: Uint8Array,
  scanner: Scanner,
  sink: FileSink,
): Promise<void> {
  const { createZstdDecompress } = await import("node:zlib");
  const stream = createZstdDecompress();
  const over = Promise.withResolvers<void>();
  let failure: unknown;
  stream.on("data", (chunk: Uint8Array) => {
    try {
      push(chunk, scanner);
    } catch (error) {
      failure = error;
      over.resolve();
    }
  });
  const isDamaged = (): void => {
    sink.cutOff();
    over.resolve();
  };
  stream.on("error", isDamaged);
  // Deno 2.9 throws what is damaged where nobody can catch it, instead of emitting it.
  const onUncaught = (event: ErrorEvent): void => {
    if (!/^Zstd decompress/.test(event.message.replace(/^Uncaught \w*Error: /, ""))) return;
    event.preventDefault();
    isDamaged();
  };
  globalThis.addEventListener("error", onUncaught);
  for (const event of ["end", "close"]) stream.on(event, () => over.resolve());
  let isOver = false;
  over.promise.then(() => isOver = true);
  for (let piece: Uint8Array | undefined = first; piece !== undefined && !isOver;) {
    const written = Promise.withResolvers<void>();
    stream.write(piece, () => written.resolve());
    await Promise.race([written.promise, over.promise]);
    piece = readPiece(source);
  }
  if (!isOver) stream.end();
  await over.promise;
  globalThis.removeEventListener("error", onUncaught);
  if (failure !== undefined) throw failure;
}

function readPiece(source: Source): Uint8Array | undefined {
  const piece = new Uint8Array(1 << 16);
  const read = source.readSync(piece);
  return read === null ? undefined : piece.subarray(0, read);
}

/** Gives bytes to a scanner. */
function push(chunk: Uint8Array, scanner: Scanner): void {
  for (let done = 0; done < chunk.length;) {
    const space = scanner.space();
    const part = chunk.subarray(done, done + space.length);
    space.set(part);
    scanner.filled(part.length);
    done += part.length;
  }
}

/** Writes a recording. */
export interface RecordingWriter extends AsyncDisposable {
  /** Writes a line. */
  write(line: string): Promise<void>;
}

/** Makes the file of a recording in a folder. */
export async function createRecording(
  directory: string,
  compressed: boolean,
): Promise<RecordingWriter> {
  const name = compressed ? RECORDING_FILES.zstd : RECORDING_FILES.plain;
  const file = await Deno.open(fileIn(directory, name), { write: true, createNew: true });
  return compressed ? await compressTo(file) : {
    write: (line) => writeAll(file, line),
    [Symbol.asyncDispose]: () => {
      file.close();
      return Promise.resolve();
    },
  };
}

/** How long lines may wait to be in the file. */
const FLUSH_MS = 500;

/**
 * Compresses lines into a file. What waits to be compressed is put into the file twice a second, so
 * that a recording whose making was killed holds what came before.
 */
async function compressTo(file: Deno.FsFile): Promise<RecordingWriter> {
  const { constants, createZstdCompress } = await import("node:zlib");
  const stream = createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  let failure: unknown;
  let waits = false;
  stream.on("data", (chunk: Uint8Array) => {
    try {
      for (let done = 0; done < chunk.length;) done += file.writeSync(chunk.subarray(done));
    } catch (error) {
      failure ??= error;
    }
  });
  const timer = setInterval(() => {
    if (waits) stream.flush(constants.ZSTD_e_flush);
    waits = false;
  }, FLUSH_MS);
  return {
    write: (line) => {
      const written = Promise.withResolvers<void>();
      waits = true;
      stream.write(line, () => failure === undefined ? written.resolve() : written.reject(failure));
      return written.promise;
    },
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      const ended = Promise.withResolvers<void>();
      stream.on("end", ended.resolve);
      stream.end();
      await ended.promise;
      file.close();
      if (failure !== undefined) throw failure;
    },
  };
}
