import { describe, expect, it } from 'vitest';
import type { ClientOrderId } from '../../../src/core/ids.ts';
import { enter } from '../../../src/engine/strategy/strategy.ts';
import { MemoryLedger } from '../../../src/simulation/memory-ledger.ts';
import { EffectPipeline } from '../../../src/worker/effect-pipeline.ts';
import { settleOrder } from '../../../src/worker/settle-order.ts';
import { at, decideAt, EngineBench } from '../../support/engine-bench.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const BUY = enter({ side: 'BUY', stopLoss: 95, reason: 'up' });

/** An entry of ten units that may or may not be at the broker. */
async function doubtful() {
  const bench = new EngineBench({ strategy: decideAt({ '10:00': BUY, '10:05': BUY, '10:10': BUY }) });
  const ledger = new MemoryLedger();
  const pipeline = new EffectPipeline({
    ...{ ledger, handle: (event) => bench.handle(event), enqueue: async () => {}, onCandle: () => {} },
    ...{ onEffect: () => {}, isInStep: false, signal: new AbortController().signal },
  });
  bench.candle('10:00');
  const entry = bench.last('ENTRY');
  bench.report(entry, 'SUBMITTING');
  bench.report(entry, 'UNKNOWN', { reason: 'No answer within 7 s' });
  await ledger.record(bench.effects);
  const clock = new ManualClock(at('10:06'));
  const settle = (filled: { quantity: number; price: number } | null, orderId = entry.clientOrderId) =>
    settleOrder({ orderId, filled }, bench.engine, pipeline, clock);
  return { bench, ledger, entry, settle };
}

describe('an order of which nobody knows whether it is at the broker', () => {
  it('freezes its instrument for entries until it is settled', async () => {
    const { bench, settle, entry } = await doubtful();
    bench.candle('10:05');
    expect(bench.decided.at(-1)?.verdict).toEqual({
      ...{ kind: 'DENIED', reason: { code: 'ORDER_IN_DOUBT', clientOrderId: entry.clientOrderId } },
    });
    await settle(null);
    bench.candle('10:10');
    expect(bench.decided.at(-1)?.verdict).toEqual({ kind: 'ALLOWED' });
  });

  it('that was never sent has ended, in the books too', async () => {
    const { bench, settle, ledger, entry } = await doubtful();
    expect(await settle(null)).toBe(
      `order ${entry.clientOrderId} was never sent; its instrument is free for entries again`,
    );
    expect(bench.order(entry).status).toBe('CANCELED');
    expect(await ledger.order(entry.clientOrderId)).toMatchObject({
      ...{ status: 'CANCELED', statusReason: 'Settled by hand: it never reached the broker' },
    });
  });

  it('that was filled is held and protected', async () => {
    const { bench, settle, ledger, entry } = await doubtful();
    await settle({ quantity: 10, price: 101 });
    expect(bench.held).toBe(10);
    expect(bench.last('STOP_LOSS')).toMatchObject({ quantity: 10, triggerPrice: 95 });
    expect(await ledger.order(entry.clientOrderId)).toMatchObject({ status: 'FILLED', averagePrice: 101 });
  });

  it('that was filled in part has ended with that', async () => {
    const { bench, settle, entry } = await doubtful();
    await settle({ quantity: 4, price: 101 });
    expect(bench.order(entry)).toMatchObject({ status: 'CANCELED', filledQuantity: 4 });
    expect(bench.held).toBe(4);
  });

  it('is settled once: what is not in doubt is left alone', async () => {
    const { bench, settle, entry } = await doubtful();
    await settle({ quantity: 10, price: 101 });
    expect(await settle({ quantity: 10, price: 101 })).toBe(
      `order ${entry.clientOrderId} is not in doubt: it is FILLED`,
    );
    expect(bench.held).toBe(10);
  });

  it('is not filled with more than it is of, nor is one that nobody knows', async () => {
    const { settle, entry, bench } = await doubtful();
    expect(await settle({ quantity: 11, price: 101 })).toMatch(/is of 10 units/);
    expect(await settle(null, 'zzzzzzzzzzzzzzzz' as ClientOrderId)).toMatch(/there is no order/);
    expect(bench.order(entry).status).toBe('UNKNOWN');
  });
});
