import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Order } from '../../../src/core/order.ts';
import { isTerminal } from '../../../src/core/order-status.ts';
import { dayOf } from '../../../src/core/time.ts';
import { TradingEngine } from '../../../src/engine/trading-engine.ts';
import { compareSessions } from '../../../src/simulation/compare-sessions.ts';
import { RELIANCE } from '../../support/engine-bench.ts';
import { type Play, play, plays } from '../../support/random-play.ts';

const RUNS = { numRuns: 150 };
const LEAVING: readonly Order['role'][] = ['EXIT', 'SQUARE_OFF'];

const prompt = (drawn: Play): Play => ({ ...drawn, rules: { ...drawn.rules, latencyMs: 0 } });

describe('whatever the market and the strategy do', () => {
  it('the same events give the same effects, to the byte', () => {
    fc.assert(
      fc.property(plays, (drawn) => {
        const { steps, options } = play(drawn);
        const engine = new TradingEngine(options);
        for (const { event, effects } of steps) {
          expect(JSON.stringify(engine.handle(event))).toBe(JSON.stringify(effects));
        }
      }),
      RUNS,
    );
  });

  it('the same session is the same session again', () => {
    fc.assert(
      fc.property(plays, (drawn) => {
        const [left, right] = [play(drawn), play(drawn)];
        expect(compareSessions(left.recorder.session(), right.recorder.session()).difference).toBeNull();
        expect(left.recorder.trades).toEqual(right.recorder.trades);
      }),
      RUNS,
    );
  });

  it('every order and every signal comes to an end, and every signal has one verdict', () => {
    fc.assert(
      fc.property(plays, (drawn) => {
        const { recorder, orders, steps } = play(drawn);
        const working = orders.filter(({ status }) => !isTerminal(status));
        expect(working.map(({ role, status, filledQuantity }) => [role, status, filledQuantity])).toEqual([]);
        expect([...recorder.signals.values()].filter(({ status }) => status === 'ACTIVE')).toEqual([]);
        const decided = steps.flatMap(({ effects }) =>
          effects.flatMap((effect) => (effect.type === 'signalDecided' ? [effect.signal.key] : [])),
        );
        expect(new Set(decided).size).toBe(decided.length);
      }),
      RUNS,
    );
  });

  it('nothing is held when all is done, and an intraday trade never sees a second day', () => {
    fc.assert(
      fc.property(plays, (drawn) => {
        const { session, recorder } = play(drawn);
        expect(session.engine.parts.portfolio.open.size).toBe(0);
        for (const { entryTime, exitTime, quantity } of recorder.trades) {
          expect(quantity).toBeGreaterThan(0);
          expect(exitTime).toBeGreaterThanOrEqual(entryTime);
          if (drawn.product === 'INTRADAY') expect(dayOf(exitTime)).toBe(dayOf(entryTime));
        }
      }),
      RUNS,
    );
  });

  it('fills, trades and equity tell of the same money', () => {
    fc.assert(
      fc.property(plays, (drawn) => {
        const { session, recorder, options } = play(drawn);
        const { fills, trades } = recorder;
        const cash = fills.reduce((sum, { side, quantity, price, chargesPaise }) => {
          return sum + Math.round(quantity * price * 100) * (side === 'BUY' ? -1 : 1) - chargesPaise;
        }, 0);
        const net = trades.reduce((sum, { netPaise }) => sum + netPaise, 0);
        expect(net).toBe(session.engine.parts.portfolio.equityPaise - options.capitalPaise);
        expect(cash, 'prices are on ticks: no rounding').toBe(net);
        const charged = (parts: readonly { chargesPaise: number }[]) =>
          parts.reduce((sum, { chargesPaise }) => sum + chargesPaise, 0);
        expect(charged(fills)).toBe(charged(trades));
      }),
      RUNS,
    );
  });

  it('orders and fills are numbered together without a gap; no two share an id', () => {
    fc.assert(
      fc.property(plays, (drawn) => {
        const { recorder, steps } = play(drawn);
        const planned = steps.flatMap(({ effects }) =>
          effects.flatMap((effect) => (effect.type === 'orderPlanned' ? [effect.order] : [])),
        );
        const numbers = steps.flatMap(({ effects }) =>
          effects.flatMap((effect) => {
            if (effect.type === 'orderPlanned') return [effect.order.sequence];
            return effect.type === 'fillBooked' ? [effect.fill.sequence] : [];
          }),
        );
        expect(numbers).toEqual(numbers.map((_, index) => index + 1));
        expect(new Set(planned.map((order) => order.clientOrderId)).size).toBe(planned.length);
        const fillIds = recorder.fills.map(({ fillId }) => fillId);
        expect(new Set(fillIds).size).toBe(fillIds.length);
      }),
      RUNS,
    );
  });

  it('what is held is covered: by its stops or by what is on its way to close it', () => {
    fc.assert(
      // A limit may expire with the day, and is sent again on the next one: nothing covers the night.
      fc.property(plays.map(prompt), (drawn) => {
        play({ ...drawn, isFollowing: false }, (session, orders) => {
          const held = session.engine.parts.portfolio.accountQuantity(RELIANCE.id);
          let covered = 0;
          for (const order of orders.values()) {
            const isCover = order.role === 'STOP_LOSS' || LEAVING.includes(order.role);
            if (!isCover || isTerminal(order.status) || order.status === 'PENDING_CANCEL') continue;
            const isClosing = held > 0 ? order.side === 'SELL' : order.side === 'BUY';
            if (isClosing) covered += order.quantity - order.filledQuantity;
          }
          expect(covered).toBeGreaterThanOrEqual(Math.abs(held));
        });
      }),
      RUNS,
    );
  });

  it('without latency only an entry ever enlarges a position, and nothing has to be undone', () => {
    fc.assert(
      fc.property(plays.map(prompt), (drawn) => {
        const { recorder, orders } = play(drawn);
        const roles = new Map(orders.map((order) => [order.clientOrderId, order.role]));
        let held = 0;
        for (const { side, quantity, clientOrderId } of recorder.fills) {
          const after = held + (side === 'BUY' ? quantity : -quantity);
          if (Math.abs(after) > Math.abs(held) || Math.sign(after) === -Math.sign(held)) {
            expect(roles.get(clientOrderId)).toBe('ENTRY');
          }
          held = after;
        }
        expect(held).toBe(0);
      }),
      RUNS,
    );
  });
});
