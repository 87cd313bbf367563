import { onTestFinished } from 'vitest';
import type { AngelOneBroker } from '../../src/brokers/angel-one/angel-one-broker.ts';
import { type AngelOne, openAngelOne } from '../../src/brokers/angel-one/open-angel-one.ts';
import { SEGMENTS, TokenBook } from '../../src/brokers/angel-one/token-book.ts';
import type { CallLog } from '../../src/ports/call-log.ts';
import type { Outcome } from '../../src/ports/outcome.ts';
import { TEST_ACCOUNT } from './angel-one-client.ts';
import { type DeskSetup, openTestDesk, type TestDesk } from './angel-one-simulator.ts';
import { fixedCalendar } from './fixed-calendar.ts';

/** The budget has tests of its own; here no call waits. */
const OPEN_LOG: CallLog = {
  record: () => Promise.resolve({ isCounted: true, callId: '1' }),
  withdraw: () => Promise.resolve(),
  rest: () => Promise.resolve(),
};
/** Longer than a one-time password is good for: a new login never has to wait for more. */
const STEP_MS = 31_000;

export interface TestAdapter extends TestDesk {
  readonly angel: AngelOne;
  readonly book: TokenBook;
  readonly broker: AngelOneBroker;
  readonly halts: string[];
  readonly troubles: string[];
  /** The market's time moves on as long as the call waits for it. */
  patiently<T>(call: Promise<T>): Promise<T>;
}

/** The adapter as it trades, over real sockets, at a simulator in a market moved by hand. */
export async function openTestAdapter(
  setup: DeskSetup = {},
  credentials: Partial<Record<'clientCode' | 'mpin' | 'totpSecret' | 'apiKey', string>> = {},
): Promise<TestAdapter> {
  const behaviours = { totpClock: 'market' as const, ...setup.behaviours };
  const desk = await openTestDesk({ ...setup, behaviours, isLoggedIn: false });
  const { market } = desk;
  const halts: string[] = [];
  const troubles: string[] = [];
  const { clientCode, mpin, totpSecret, apiKey } = TEST_ACCOUNT;
  const angel = openAngelOne({
    credentials: { clientCode, mpin, totpSecret, apiKey, ...credentials },
    endpoints: desk.simulator.endpoints,
    clock: market.clock,
    calendar: fixedCalendar,
    callLog: OPEN_LOG,
    windowsOf: () => [],
    onHalt: (reason) => halts.push(reason),
    onTrouble: (text) => troubles.push(text),
    onError: () => {},
  });
  onTestFinished(() => angel.close());
  const book = new TokenBook(
    market.listings.flatMap(({ segment, ...rest }) => {
      const known = SEGMENTS.find((each) => each === segment);
      return known ? [{ ...rest, segment: known }] : [];
    }),
  );
  const patiently = async <T>(call: Promise<T>): Promise<T> => {
    let isOver = false;
    const over = call.finally(() => {
      isOver = true;
    });
    over.catch(() => {});
    while (!isOver) {
      await Promise.race([over.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 25))]);
      if (!isOver) await market.reach(market.clock.now() + STEP_MS);
    }
    return over;
  };
  return { ...desk, angel, book, broker: angel.broker(book), halts, troubles, patiently };
}

export function doneOf<T>(outcome: Outcome<T>): T {
  if (outcome.kind !== 'done') throw new Error(`Expected an answer, found ${JSON.stringify(outcome)}`);
  return outcome.value;
}
