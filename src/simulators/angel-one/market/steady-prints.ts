/** Calls `print` at a steady rate, in small portions; a late turn makes up for what it missed. */
export interface SteadyPrints {
  start(): void;
  stop(): void;
  /** Resolves after the last print, or when stopped. */
  readonly ended: Promise<void>;
}

const SHORTEST_TURN_MS = 2;
/** After a long standstill (a suspended machine) prints do not come as a flood. */
const LONGEST_BACKLOG_MS = 1_000;

export function steadyPrints(perSecond: number, total: number, print: () => void): SteadyPrints {
  const { promise: ended, resolve: end, reject: fail } = Promise.withResolvers<void>();
  const turnMs = Math.max(SHORTEST_TURN_MS, Math.floor(1_000 / perSecond));
  let timer: NodeJS.Timeout | undefined;
  let made = 0;
  let owed = 0;
  let lastTurn = 0;

  function turn(): void {
    const now = performance.now();
    owed += (Math.min(now - lastTurn, LONGEST_BACKLOG_MS) * perSecond) / 1_000;
    lastTurn = now;
    try {
      for (; owed >= 1 && made < total; owed--, made++) print();
    } catch (error) {
      fail(error);
      return;
    }
    if (made >= total) end();
    else timer = setTimeout(turn, turnMs);
  }

  return {
    ended,
    start() {
      lastTurn = performance.now();
      timer = setTimeout(turn, turnMs);
    },
    stop() {
      clearTimeout(timer);
      total = made;
      end();
    },
  };
}
