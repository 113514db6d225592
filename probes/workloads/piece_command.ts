/**
 * How a workload that takes its memory piece by piece is started on a target.
 *
 * @module
 */

import type { DeviceSummary } from "../../recording/header.ts";
import type { Target } from "../targets/target.ts";
import { DISK } from "./disk.ts";
import { type PieceWish, pieceWishWords } from "./piece_options.ts";
import { programCommand, type WorkloadCommand } from "./program.ts";
import { takingOfPieces } from "./taking.ts";

const FILES: Readonly<Record<PieceWish["kind"], string>> = {
  "direct-io": "direct_io.ts",
  vmsplice: "vmsplice.ts",
  "io-uring": "io_uring.ts",
  "process-vm": "process_vm.ts",
};

/** The command of such a workload, whose program is run by the target's deno. */
export function pieceCommand(
  target: Target,
  wish: PieceWish,
  device: Pick<DeviceSummary, "path" | "alignBytes">,
  bytes: number,
): WorkloadCommand {
  const memory = [device.path, String(bytes), String(device.alignBytes)];
  const disk = wish.kind === "direct-io" ? [DISK] : [];
  return programCommand(target, {
    name: wish.kind,
    file: FILES[wish.kind],
    words: [...memory, ...disk, ...pieceWishWords(wish)],
    hasThreads: false,
    expected: (facts) => takingOfPieces(wish.kind, facts, device.path.startsWith("/dev/dax")),
  });
}
