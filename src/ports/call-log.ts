/** No more than `limit` calls in any span of `ms`, a rolling one. */
export interface CallWindow {
  readonly limit: number;
  readonly ms: number;
}

/** Either the call is counted and may go out, or nothing was counted and asking again makes sense in `waitMs`. */
export type CallVerdict =
  | { readonly isCounted: true; readonly callId: string }
  | { readonly isCounted: false; readonly waitMs: number };

/**
 * The calls that an account has made of late, shared by all that call in its name. It keeps its own time, so that
 * processes need not agree on theirs.
 */
export interface CallLog {
  /** One step: counts the call if every window has room and the class does not rest. */
  record(callClass: string, windows: readonly CallWindow[]): Promise<CallVerdict>;
  /** A counted call that was not made after all. */
  withdraw(callClass: string, callId: string): Promise<void>;
  /** Nobody's call of the class is counted for so long; a longer rest stays. */
  rest(callClass: string, forMs: number): Promise<void>;
}
