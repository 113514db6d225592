/**
 * A gup-fast call and everything that belongs to it.
 *
 * @module
 */

import type {
  CallEvent,
  CallKey,
  LeafEvent,
  PutEvent,
  RunEvent,
  UndoEvent,
} from "../recording/event.ts";

/** What the recording holds of one call. */
export interface CallParts extends CallKey {
  /** The call itself; `undefined` where its end is not in the recording. */
  readonly event: CallEvent | undefined;
  readonly runs: readonly RunEvent[];
  readonly leaves: readonly LeafEvent[];
  /** What device leaves backed out of. */
  readonly undos: readonly UndoEvent[];
  /** Puts inside the call. */
  readonly puts: readonly PutEvent[];
  /** Grabs that failed. */
  readonly refused: number;
}

/** A call whose end is in the recording. */
export interface EndedCall extends CallParts {
  readonly event: CallEvent;
}
