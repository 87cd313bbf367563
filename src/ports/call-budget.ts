/** How urgent a call is; earlier ones go first. */
export const CALL_PRIORITIES = ['exit', 'entry', 'modify', 'read', 'history'] as const;
export type CallPriority = (typeof CALL_PRIORITIES)[number];

/** Waits for the moment a call may go out; every call to a broker passes here first. */
export interface CallBudget<CallClass extends string = string> {
  /**
   * Resolves when the call is inside every window of its class and has been counted. Rejects with the signal's reason when
   * it aborts; nothing is counted then. What it resolves to is to be called when the call is over, whatever came of it: by
   * then it has arrived.
   */
  take(callClass: CallClass, priority: CallPriority, signal?: AbortSignal): Promise<() => void>;
  /** The broker has throttled us all the same: the class rests that long. */
  rest(callClass: CallClass, forMs: number): void;
}
