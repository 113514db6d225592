/**
 * A gup-fast call and everything that belongs to it.
 *
 * @module
 */

import type {
  CallEvent,
  CallKey,
  LeafEvent,
  PagesEvent,
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
  /** The pages that it handed back; absent where these are not told. */
  readonly pages?: PagesEvent | undefined;
}

/** A call whose end is in the recording. */
export interface EndedCall extends CallParts {
  readonly event: CallEvent;
}
