import type { CallClass } from '../../brokers/angel-one/rest/call-class.ts';
import type { Cause, PlanFacts, Span } from './budget-plan.ts';
import { orderWritesIn } from './order-writes.ts';

/** While an order works, the books are looked at this often. */
const LOOKS: Readonly<Record<Span, number>> = { second: 1, minute: 2, hour: 120 };

/** What is asked for besides order writes, by the class it belongs to. */
export function otherCallsIn(span: Span, facts: PlanFacts): readonly (readonly [CallClass, readonly Cause[]])[] {
  const { instruments, assumptions } = facts;
  const reconnects = span === 'hour' ? assumptions.reconnectsPerHour : Math.min(1, assumptions.reconnectsPerHour);
  const books = looksIn(span, facts, reconnects);
  return [
    ['orderBook', books],
    ['tradeBook', books],
    [
      'candles',
      [
        read('warm-up at the start', instruments),
        read('after a reconnect: the minutes that were missed', instruments * reconnects),
        read('after a reconnect: the minute in which it came', instruments * reconnects),
      ],
    ],
    ['login', [read('start', 1), read('a token that is not taken any more', reconnects)]],
    ['refresh', [read('every five hours', 1)]],
  ];
}

/** A look reads both books. */
function looksIn(span: Span, facts: PlanFacts, reconnects: number): readonly Cause[] {
  const writes = orderWritesIn(span, facts).reduce((sum, { calls }) => sum + calls, 0);
  return [
    read('every 30 s while an order works', LOOKS[span]),
    read('start', 1),
    read('after a reconnect of the order stream', reconnects),
    read('every answer to a write lost: two looks each', 2 * writes),
  ];
}

function read(cause: string, calls: number): Cause {
  return { cause, isExit: false, calls };
}
