import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Alert } from '../../src/core/alert.ts';
import { InvariantError } from '../../src/core/errors.ts';
import type { BookedFill } from '../../src/core/fill.ts';
import { hashHex } from '../../src/core/hash.ts';
import type { BrokerOrderId, ClientOrderId, InstrumentId, SignalKey, StrategyId } from '../../src/core/ids.ts';
import type { Order, OrderRole, OrderUpdate } from '../../src/core/order.ts';
import type { Signal } from '../../src/core/signal.ts';
import { clientOrderId } from '../../src/engine/orders/client-order-id.ts';
import { applyFill } from '../../src/engine/orders/order-machine.ts';
import type { AlertBook } from '../../src/ports/alert-book.ts';
import type { Effect } from '../../src/ports/engine-event.ts';
import type { Ledger } from '../../src/ports/ledger.ts';
import { stories } from './ledger.arbitraries.ts';

export interface LedgerUnderTest {
  readonly ledger: Ledger;
  readonly alerts: AlertBook;
}

export interface LedgerHost {
  /** An empty ledger; called before every test and every run of a property. */
  fresh(): Promise<LedgerUnderTest>;
  close(): Promise<void>;
}

const TIME = 1_763_700_000_000;
const KEY = 'ema-5m|NSE:RELIANCE|5m|1763699700000|ENTRY' as SignalKey;
const STRATEGY = 'ema-5m' as StrategyId;
const INSTRUMENT = 'NSE:RELIANCE' as InstrumentId;
const NOBODYS = '0000000000000abc' as ClientOrderId;

const signal: Signal = {
  key: KEY,
  strategyId: STRATEGY,
  instrumentId: INSTRUMENT,
  timeframe: '5m',
  candleTime: TIME - 300_000,
  kind: 'ENTRY',
  side: 'BUY',
  optionType: null,
  product: 'INTRADAY',
  entryPrice: 1432.55,
  target: 1460,
  stopLoss: 1420.05,
  trail: null,
  quantity: 10,
  confidence: 62.5,
  reason: 'fast crossed slow',
  notes: null,
  tags: ['trend', 'a "quoted" \\ tag'],
  provenance: 'live',
  createdTime: TIME,
  expiresTime: TIME + 60_000,
  status: 'ACTIVE',
  verdict: { kind: 'ALLOWED' },
};
const alert: Alert = {
  ...{ key: 'entry/1', kind: 'signal', topic: 'entry', level: 'info' },
  ...{ text: 'Bought "RELIANCE"', time: TIME },
};

function orderOf(leg: string, role: OrderRole, sequence = 1): Order {
  return {
    clientOrderId: clientOrderId(KEY, leg),
    sequence,
    strategyId: STRATEGY,
    signalKey: KEY,
    instrumentId: INSTRUMENT,
    role,
    side: 'BUY',
    quantity: 10,
    type: 'LIMIT',
    limitPrice: 1432.55,
    triggerPrice: null,
    product: 'INTRADAY',
    timeInForce: 'DAY',
    ocoGroup: null,
    createdTime: TIME,
    notBefore: TIME + 5,
    deadline: null,
    ...{ isHeld: false, amendments: 0, reprices: null, pricedTime: null },
    status: 'INITIALIZED',
    brokerOrderId: null,
    filledQuantity: 0,
    averagePrice: null,
    statusReason: null,
    updatedTime: TIME,
  };
}

const entry = orderOf('entry', 'ENTRY');
const planned: readonly Effect[] = [
  { type: 'signalDecided', signal },
  { type: 'orderPlanned', order: entry },
];

function report(status: OrderUpdate['status'], time: number, brokerOrderId: string | null = null): OrderUpdate {
  const id = brokerOrderId as BrokerOrderId | null;
  return { clientOrderId: entry.clientOrderId, status, brokerOrderId: id, reason: null, time };
}

function fillOf(fillId: string, quantity: number, price: number, time: number): BookedFill {
  const { clientOrderId, instrumentId, side } = entry;
  return { fillId, clientOrderId, instrumentId, side, quantity, price, time, chargesPaise: 123, sequence: 7 };
}

function booked(fill: BookedFill, order: Order): Effect {
  const { strategyId, instrumentId, product } = order;
  const money = { openedTime: fill.time, realisedPaise: 0, chargesPaise: 123 };
  const held = { quantity: order.filledQuantity, averagePrice: order.averagePrice ?? 0 };
  return { type: 'fillBooked', fill, order, position: { strategyId, instrumentId, product, ...held, ...money } };
}

/** What every ledger must do, in memory or in a database. */
export function ledgerContract(name: string, open: () => Promise<LedgerHost>, runs: number): void {
  describe(`${name} keeps the ledger's contract`, () => {
    let host: LedgerHost;
    let ledger: Ledger;
    let alerts: AlertBook;
    beforeAll(async () => {
      host = await open();
    });
    beforeEach(async () => {
      ({ ledger, alerts } = await host.fresh());
    });
    afterAll(() => host.close());

    test('a planned order promises its placement once', async () => {
      const id = entry.clientOrderId;
      const job = { id, queue: 'orders', name: 'place', subject: id, priority: 10, notBefore: TIME + 5 };
      expect(await ledger.record(planned)).toEqual([job]);
      expect(await ledger.record(planned), 'recorded again').toEqual([]);
      expect(await ledger.unqueuedJobs(0)).toEqual([job]);
    });

    test.each(['EXIT', 'STOP_LOSS', 'TARGET', 'SQUARE_OFF'] as const)(
      'an order of role %s goes first',
      async (role) => {
        const order = orderOf(role, role);
        const jobs = await ledger.record([
          { type: 'signalDecided', signal },
          { type: 'orderPlanned', order },
        ]);
        expect(jobs.map(({ priority }) => priority)).toEqual([1]);
      },
    );

    test('an order that is held is promised when it is released, with the terms it has then', async () => {
      const held = { ...entry, isHeld: true };
      expect(await ledger.record([planned[0] as Effect, { type: 'orderPlanned', order: held }])).toEqual([]);
      const less = { ...held, quantity: 4, amendments: 1 };
      expect(await ledger.record([{ type: 'orderAmended', order: less, job: null, time: TIME + 1 }])).toEqual([]);
      const released = { ...less, isHeld: false, amendments: 2 };
      const jobs = await ledger.record([{ type: 'orderAmended', order: released, job: 'place', time: TIME + 2 }]);
      expect(jobs).toMatchObject([{ id: entry.clientOrderId, name: 'place', notBefore: TIME + 5 }]);
      expect(await ledger.order(entry.clientOrderId)).toEqual(released);
    });

    test('a change of terms promises its job once and is not undone by an older one', async () => {
      await ledger.record(planned);
      const changeOf = (amendments: number): Effect => {
        const order = { ...entry, limitPrice: 1_400 + amendments, reprices: amendments, pricedTime: TIME, amendments };
        return { type: 'orderAmended', order, job: 'modify', time: TIME + amendments };
      };
      const subject = entry.clientOrderId;
      const job = {
        id: `${subject}-modify-2`,
        queue: 'orders',
        name: 'modify',
        subject,
        priority: 10,
        notBefore: TIME + 2,
      };
      expect(await ledger.record([changeOf(2)])).toEqual([job]);
      expect(await ledger.record([changeOf(2)])).toEqual([]);
      await ledger.record([changeOf(1)]);
      expect(await ledger.order(subject)).toMatchObject({ limitPrice: 1_402, reprices: 2, amendments: 2 });
      await ledger.move(report('SUBMITTED', TIME + 9, 'B-1'));
      expect(await ledger.order(subject)).toMatchObject({ limitPrice: 1_402, status: 'SUBMITTED' });
    });

    test('a cancel and an alert promise their jobs under ids of their own', async () => {
      await ledger.record(planned);
      const cancel: Effect = { type: 'cancelRequested', order: entry, reason: 'expired', time: TIME + 9 };
      const jobs = await ledger.record([cancel, { type: 'alertRaised', alert }]);
      const alertId = `alert-${hashHex(alert.key)}`;
      expect(jobs).toEqual([
        {
          ...{ id: `${entry.clientOrderId}-cancel-${TIME + 9}`, queue: 'orders', name: 'cancel' },
          subject: entry.clientOrderId,
          priority: 1,
          notBefore: TIME + 9,
        },
        { id: alertId, queue: 'alerts', name: 'send', subject: alert.key, priority: 10, notBefore: TIME },
      ]);
      expect(await ledger.record([cancel, cancel, { type: 'alertRaised', alert }])).toEqual([]);
      const later = await ledger.record([{ ...cancel, time: TIME + 10 }]);
      expect(
        later.map(({ id }) => id),
        'another cancel of the same order',
      ).toEqual([`${entry.clientOrderId}-cancel-${TIME + 10}`]);
    });

    test('one event promises a job once, however often it asks', async () => {
      const jobs = await ledger.record([...planned, ...planned]);
      expect(jobs.map(({ id }) => id)).toEqual([entry.clientOrderId]);
    });

    test('jobs that a queue has confirmed are not offered again', async () => {
      await ledger.record([...planned, { type: 'orderPlanned', order: orderOf('second', 'EXIT', 2) }]);
      await ledger.markQueued([entry.clientOrderId, 'unheard-of']);
      const left = await ledger.unqueuedJobs(0);
      expect(left.map(({ id }) => id)).toEqual([orderOf('second', 'EXIT').clientOrderId]);
      expect(await ledger.unqueuedJobs(3_600_000), 'none is an hour old').toEqual([]);
    });

    test('a move follows the order machine', async () => {
      await ledger.record(planned);
      const sent = await ledger.move(report('SUBMITTING', TIME + 10));
      expect(sent).toMatchObject({ moved: true, order: { status: 'SUBMITTING', updatedTime: TIME + 10 } });
      const accepted = await ledger.move(report('ACCEPTED', TIME + 20, 'B-1'));
      expect(accepted).toMatchObject({ moved: true, order: { status: 'ACCEPTED', brokerOrderId: 'B-1' } });
      const late = await ledger.move(report('SUBMITTED', TIME + 15, 'B-1'));
      expect(late).toEqual({ moved: false, order: accepted?.order });
      expect(await ledger.order(entry.clientOrderId)).toEqual(accepted?.order);
    });

    test('an order as promised is claimed once, and what is anything else is left as it is', async () => {
      await ledger.record(planned);
      const claim = (time: number) => ledger.claim({ ...report('SUBMITTING', time), status: 'SUBMITTING' });
      const claimed = await Promise.all([claim(TIME + 1), claim(TIME + 2)]);
      expect(claimed.filter((order) => order !== undefined)).toMatchObject([{ status: 'SUBMITTING' }]);
      for (const [later, status] of (['UNKNOWN', 'SUBMITTED', 'CANCELED'] as const).entries()) {
        await ledger.move(report(status, TIME + 10 + later));
        const before = await ledger.order(entry.clientOrderId);
        expect(await claim(TIME + 20 + later), status).toBeUndefined();
        expect(await ledger.order(entry.clientOrderId)).toEqual(before);
      }
      expect(await ledger.claim({ ...report('SUBMITTING', TIME), clientOrderId: NOBODYS, status: 'SUBMITTING' })).toBe(
        undefined,
      );
    });

    test('an order that was taken back is claimed again, but not by the claim of before', async () => {
      await ledger.record(planned);
      const claim = (time: number) => ledger.claim({ ...report('SUBMITTING', time), status: 'SUBMITTING' });
      await claim(TIME + 1);
      await ledger.move(report('INITIALIZED', TIME + 2));
      expect(await claim(TIME + 1)).toBeUndefined();
      expect(await claim(TIME + 3)).toMatchObject({ status: 'SUBMITTING', updatedTime: TIME + 3 });
    });

    test('a late report may still bring the broker its id', async () => {
      await ledger.record(planned);
      await ledger.move(report('ACCEPTED', TIME + 20));
      await ledger.move(report('SUBMITTED', TIME + 15, 'B-7'));
      expect(await ledger.order(entry.clientOrderId)).toMatchObject({ status: 'ACCEPTED', brokerOrderId: 'B-7' });
    });

    test('a move of an order nobody planned finds nothing', async () => {
      expect(await ledger.move(report('ACCEPTED', TIME))).toBeUndefined();
      expect(await ledger.order(NOBODYS)).toBeUndefined();
    });

    test('a move that the table does not know is a fault and changes nothing', async () => {
      await ledger.record(planned);
      await ledger.move(report('EXPIRED', TIME + 1));
      await expect(ledger.move(report('REJECTED', TIME + 2))).rejects.toThrow(InvariantError);
      expect(await ledger.order(entry.clientOrderId)).toMatchObject({ status: 'EXPIRED', updatedTime: TIME + 1 });
    });

    test('the engine reporting later than the executor does not take the order back', async () => {
      await ledger.record(planned);
      const [sending, sent] = [report('SUBMITTING', TIME + 10), report('SUBMITTED', TIME + 11, 'B-1')];
      await ledger.move(sending);
      await ledger.move(sent);
      const seen = { ...entry, status: 'SUBMITTING', updatedTime: TIME + 10 } as const;
      await ledger.record([{ type: 'orderChanged', order: seen, update: sending }]);
      expect(await ledger.order(entry.clientOrderId)).toMatchObject({ status: 'SUBMITTED', brokerOrderId: 'B-1' });
    });

    test('an old report recorded again does not move an order that came round to the same place', async () => {
      await ledger.record(planned);
      const walk = [report('SUBMITTING', TIME + 1), report('UNKNOWN', TIME + 2), report('SUBMITTING', TIME + 3)];
      for (const update of walk) await ledger.move(update);
      await ledger.move(report('UNKNOWN', TIME + 4));
      expect(await ledger.move(report('SUBMITTING', TIME + 1))).toMatchObject({ moved: false });
      expect(await ledger.order(entry.clientOrderId)).toMatchObject({ status: 'UNKNOWN', updatedTime: TIME + 4 });
    });

    test('fills are booked once and fill their order', async () => {
      await ledger.record(planned);
      await ledger.move(report('ACCEPTED', TIME + 1, 'B-1'));
      const first = fillOf('F-1', 4, 1432.55, TIME + 30);
      const second = fillOf('F-2', 6, 1432.45, TIME + 40);
      const part = applyFill({ ...entry, status: 'ACCEPTED' }, first);
      const effects = [booked(first, part), booked(second, applyFill(part, second))];
      await ledger.record(effects);
      await ledger.record(effects);
      expect(await ledger.order(entry.clientOrderId)).toMatchObject({
        ...{ status: 'FILLED', filledQuantity: 10, averagePrice: 1432.49, brokerOrderId: 'B-1' },
      });
      expect((await ledger.session()).fills).toEqual([first, second]);
    });

    test('a fill of an order nobody planned is a fault', async () => {
      const fill = fillOf('F-1', 4, 1432.55, TIME + 30);
      await expect(ledger.record([booked(fill, entry)])).rejects.toThrow(InvariantError);
    });

    test('a signal that has ended does not come back', async () => {
      await ledger.record(planned);
      const completed = { ...signal, status: 'COMPLETED' } as const;
      await ledger.record([{ type: 'signalChanged', signal: completed }]);
      await ledger.record([{ type: 'signalChanged', signal: { ...signal, status: 'ACTIVE' } }]);
      expect((await ledger.session()).signals).toEqual([completed]);
    });

    test('closed candles are no concern of the ledger', async () => {
      const prices = { open: 1, high: 1, low: 1, close: 1, volume: 0, openInterest: null };
      const name = { instrumentId: INSTRUMENT, timeframe: '1m', openTime: TIME, provenance: 'live' } as const;
      expect(await ledger.record([{ type: 'candleClosed', candle: { ...name, ...prices } }])).toEqual([]);
      expect(await ledger.session()).toEqual({ signals: [], orders: [], fills: [] });
    });

    test('an alert is unsent until it is marked, and the first mark stays', async () => {
      await ledger.record([{ type: 'alertRaised', alert }]);
      expect(await alerts.alert(alert.key)).toEqual({ ...alert, sentTime: null });
      await alerts.markSent(alert.key, TIME + 100);
      await alerts.markSent(alert.key, TIME + 200);
      await ledger.record([{ type: 'alertRaised', alert }]);
      expect(await alerts.alert(alert.key)).toEqual({ ...alert, sentTime: TIME + 100 });
      expect(await alerts.alert('unheard-of')).toBeUndefined();
    });

    test('whatever was recorded is read back equal, in order, and recording it again changes nothing', async () => {
      await fc.assert(
        fc.asyncProperty(stories, fc.boolean(), async (story, isAtOnce) => {
          const { ledger: book } = await host.fresh();
          const batches = isAtOnce ? [story.effects] : story.effects.map((effect) => [effect]);
          for (const batch of batches) await book.record(batch);
          const session = await book.session();
          expect(session).toEqual({
            signals: inOrder(
              story.signals,
              ({ createdTime }) => createdTime,
              ({ key }) => key,
            ),
            orders: inOrder(
              story.orders,
              ({ sequence }) => sequence,
              ({ clientOrderId }) => clientOrderId,
            ),
            fills: inOrder(
              story.fills,
              ({ time }) => time,
              ({ fillId }) => fillId,
            ),
          });
          const jobs = await book.unqueuedJobs(0);
          for (const batch of batches) expect(await book.record(batch)).toEqual([]);
          expect(await book.session()).toEqual(session);
          expect(await book.unqueuedJobs(0)).toEqual(jobs);
        }),
        { numRuns: runs },
      );
    });
  });
}

/** By number, then by text as UTF-8 orders it. */
function inOrder<T>(values: readonly T[], number: (value: T) => number, text: (value: T) => string): readonly T[] {
  return [...values].sort(
    (a, b) => number(a) - number(b) || Buffer.compare(Buffer.from(text(a)), Buffer.from(text(b))),
  );
}
