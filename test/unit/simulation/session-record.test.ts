import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BookedFill } from '../../../src/core/fill.ts';
import type { ClientOrderId, SignalKey } from '../../../src/core/ids.ts';
import type { Effect } from '../../../src/ports/engine-event.ts';
import type { SessionRecord } from '../../../src/ports/ledger.ts';
import { compareSessions } from '../../../src/simulation/compare-sessions.ts';
import { canonical, hashOfSession } from '../../../src/simulation/session-hash.ts';
import { SessionRecorder } from '../../../src/simulation/session-recorder.ts';
import { buildCandle } from '../../support/build-candle.ts';
import { buildFill, buildOrder, buildSignal, buildUpdate } from '../../support/build-order.ts';

const SIGNAL = buildSignal();
const ORDER = buildOrder();
const FILL: BookedFill = { ...buildFill(ORDER), chargesPaise: 12, sequence: 2 };
const POSITION = {
  ...{ strategyId: ORDER.strategyId, instrumentId: ORDER.instrumentId, product: ORDER.product, quantity: 10 },
  ...{ averagePrice: 100, openedTime: 1, realisedPaise: 0, chargesPaise: 12 },
};

function record(changes: Partial<SessionRecord> = {}): SessionRecord {
  return { signals: [SIGNAL], orders: [ORDER], fills: [FILL], ...changes };
}

describe('a canonical text', () => {
  it('has its keys in order of name, at every depth', () => {
    expect(canonical({ b: 1, a: { d: [{ z: 1, y: 2 }], c: null } })).toBe('{"a":{"c":null,"d":[{"y":2,"z":1}]},"b":1}');
  });

  it('does not depend on how a value was put together', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonical(reversed)).toBe(canonical(value));
      }),
    );
  });
});

describe('the hash of a session', () => {
  it('is 32 hexadecimal digits, the same for the same session', () => {
    expect(hashOfSession(record())).toMatch(/^[0-9a-f]{32}$/);
    expect(hashOfSession(record({ orders: [{ ...ORDER }] }))).toBe(hashOfSession(record()));
  });

  it('tells every field and the order of rows', () => {
    const second = { ...ORDER, clientOrderId: 'second' as ClientOrderId };
    const hashes = [
      record(),
      record({ signals: [{ ...SIGNAL, confidence: 51 }] }),
      record({ orders: [{ ...ORDER, statusReason: 'x' }] }),
      record({ fills: [{ ...FILL, chargesPaise: 13 }] }),
      record({ fills: [] }),
      record({ orders: [ORDER, second] }),
      record({ orders: [second, ORDER] }),
    ].map(hashOfSession);
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe('two sessions', () => {
  it('that are the same have no difference', () => {
    const comparison = compareSessions(record(), record());
    expect(comparison).toMatchObject({
      isEqual: true,
      counts: { signals: [1, 1], orders: [1, 1], fills: [1, 1] },
      difference: null,
    });
    expect(comparison.hashes[0]).toBe(comparison.hashes[1]);
  });

  it('that differ name the first row that does: signals before orders before fills', () => {
    const other = { ...ORDER, quantity: 11 };
    expect(compareSessions(record(), record({ orders: [other], fills: [] }))).toMatchObject({
      isEqual: false,
      counts: { fills: [1, 0] },
      difference: { in: 'orders', row: 0, left: ORDER, right: other },
    });
    const comparison = compareSessions(record(), record({ fills: [{ ...FILL, price: 1 }], signals: [] }));
    expect(comparison.difference).toEqual({ in: 'signals', row: 0, left: SIGNAL, right: null });
  });

  it('of which one has more rows differ in the first of these', () => {
    const { difference, isEqual } = compareSessions(record({ fills: [FILL, { ...FILL, fillId: 'b' }] }), record());
    expect(isEqual).toBe(false);
    expect(difference).toMatchObject({ in: 'fills', row: 1, left: { fillId: 'b' }, right: null });
  });
});

describe('a session recorder', () => {
  function recorded(...effects: readonly Effect[]): SessionRecorder {
    const recorder = new SessionRecorder();
    for (const effect of effects) recorder.take(effect);
    return recorder;
  }

  it('keeps signals and orders as they stand, fills and trades as they came', () => {
    const done = { ...ORDER, status: 'FILLED' } as const;
    const recorder = recorded(
      { type: 'candleClosed', candle: buildCandle('10:00', 100) },
      { type: 'signalDecided', signal: SIGNAL },
      { type: 'orderPlanned', order: ORDER },
      { type: 'orderChanged', order: { ...ORDER, status: 'ACCEPTED' }, update: buildUpdate(ORDER, 'ACCEPTED') },
      { type: 'cancelRequested', order: ORDER, reason: 'test', time: 1 },
      { type: 'fillBooked', fill: FILL, order: done, position: POSITION },
      { type: 'signalChanged', signal: { ...SIGNAL, status: 'COMPLETED' } },
    );
    expect(recorder.candles).toBe(1);
    expect(recorder.session()).toEqual({
      signals: [{ ...SIGNAL, status: 'COMPLETED' }],
      orders: [done],
      fills: [FILL],
    });
    expect(recorder.trades).toEqual([]);
  });

  it('gives rows in the order a ledger does, whatever order they came in', () => {
    const signals = ['b', 'a', 'c'].map((key) =>
      buildSignal({ key: key as SignalKey, createdTime: key === 'c' ? 1 : 2 }),
    );
    const orders = [3, 1, 2].map((sequence) =>
      buildOrder({ sequence, clientOrderId: `o${sequence}` as ClientOrderId }),
    );
    const fills = ['b', 'a', 'c'].map((fillId) => ({ ...FILL, fillId, time: fillId === 'c' ? 1 : 2 }));
    const { session } = {
      session: recorded(
        ...signals.map((signal): Effect => ({ type: 'signalDecided', signal })),
        ...orders.map((order): Effect => ({ type: 'orderPlanned', order })),
        ...fills.map((fill): Effect => ({ type: 'fillBooked', fill, order: orders[0] ?? ORDER, position: POSITION })),
      ).session(),
    };
    expect(session.signals.map(({ key }) => key)).toEqual(['c', 'a', 'b']);
    expect(session.orders.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(session.fills.map(({ fillId }) => fillId)).toEqual(['c', 'a', 'b']);
  });
});
