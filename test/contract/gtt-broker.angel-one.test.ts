import { describe, expect, it, vi } from 'vitest';
import type { InstrumentId } from '../../src/core/ids.ts';
import { DAY_MS } from '../../src/core/time.ts';
import type { GttBroker, GttRequest } from '../../src/ports/gtt-broker.ts';
import { doneOf, openTestAdapter } from '../support/angel-one-adapter.ts';
import { CALL, INFY, MORNING } from '../support/angel-one-simulator.ts';
import { brokerGttId } from '../support/build-gtt.ts';

vi.setConfig({ testTimeout: 10_000 });

const TERMS = { quantity: 5, triggerPrice: 1400.05, limitPrice: 1395 };
const SELL: GttRequest = { ...TERMS, instrumentId: INFY.id, side: 'SELL', product: 'DELIVERY', validDays: 90 };

async function openBroker(setup: Parameters<typeof openTestAdapter>[0] = {}) {
  const adapter = await openTestAdapter(setup);
  const broker: GttBroker = adapter.angel.gttBroker(adapter.book);
  return { ...adapter, broker };
}

describe('rules at Angel One', () => {
  it('are created, listed with all they say, changed and cancelled', async () => {
    const { broker, simulator } = await openBroker();
    expect(doneOf(await broker.list())).toEqual({ rules: [], unreadRows: 0 });
    const { id } = doneOf(await broker.create(SELL));
    expect(doneOf(await broker.list())).toEqual({
      rules: [
        {
          ...{
            ...TERMS,
            id,
            instrumentId: INFY.id,
            product: 'DELIVERY',
            symbol: 'INFY-EQ',
            side: 'SELL',
            status: 'LIVE',
          },
          ...{ createdTime: MORNING, expires: MORNING + 90 * DAY_MS },
        },
      ],
      unreadRows: 0,
    });
    const terms = { quantity: 4, triggerPrice: 1390, limitPrice: 1389.95 };
    for (let i = 0; i < 2; i += 1) doneOf(await broker.modify(id, INFY.id, terms));
    expect(doneOf(await broker.list()).rules).toMatchObject([{ id, ...terms, expires: MORNING + 90 * DAY_MS }]);
    doneOf(await broker.cancel(id, INFY.id));
    expect(doneOf(await broker.list()).rules).toMatchObject([{ id, status: 'CANCELLED' }]);
    expect(await broker.cancel(id, INFY.id)).toMatchObject({ kind: 'refused', code: 'AB9013' });
    expect(simulator.ledger.rules.map(({ deed }) => deed)).toEqual(['created', 'modified', 'modified', 'cancelled']);
  });

  it('that trigger stay in the list as such', async () => {
    const { broker, market, infy } = await openBroker();
    const { id } = doneOf(await broker.create(SELL));
    await market.print(infy, 1400);
    expect(doneOf(await broker.list()).rules).toMatchObject([{ id, status: 'TRIGGERED' }]);
  });

  it('are listed whole, however many there are and however few the broker puts on a page', async () => {
    const { broker, simulator } = await openBroker();
    for (let i = 0; i < 45; i += 1) doneOf(await broker.create({ ...SELL, quantity: i + 1 }));
    const quantities = async () => doneOf(await broker.list()).rules.map(({ quantity }) => quantity);
    const all = Array.from({ length: 45 }, (_, i) => i + 1);
    expect(await quantities()).toEqual(all);
    simulator.switches.current = { ...simulator.switches.current, gttListLimit: 10 };
    expect(await quantities(), 'long pages are refused').toEqual(all);
  });

  it.each([
    ['drop-before', 0],
    ['drop-after', 1],
    ['gateway', 0],
    ['gateway-after', 1],
    ['empty-after', 1],
    ['something-wrong', 0],
    ['something-wrong-after', 1],
    ['cut-answer', 1],
    ['throttle', 0],
    ['html', 0],
  ] as const)('whose creation meets "%s" are unknown, and the list tells the truth', async (kind, truly) => {
    const { broker, simulator } = await openBroker();
    doneOf(await broker.list());
    simulator.arm({ kind, on: ['createRule'], count: 1 });
    expect((await broker.create(SELL)).kind).toBe('unknown');
    expect(doneOf(await broker.list()).rules).toHaveLength(truly);
  });

  it.each(['modifyRule', 'cancelRule'] as const)('whose %s is lost are not believed to be changed', async (on) => {
    const { broker, simulator } = await openBroker();
    const { id } = doneOf(await broker.create(SELL));
    simulator.arm({ kind: 'drop-after', on: [on], count: 1 });
    const call =
      on === 'cancelRule' ? broker.cancel(id, INFY.id) : broker.modify(id, INFY.id, { ...TERMS, quantity: 1 });
    expect((await call).kind).toBe('unknown');
  });

  it('are no list when one page is missing', async () => {
    const { broker, simulator } = await openBroker();
    doneOf(await broker.create(SELL));
    simulator.arm({ kind: 'gateway', on: ['ruleList'] });
    expect((await broker.list()).kind).toBe('transient');
  });

  it('are refused with a reason, before or by the broker', async () => {
    const { broker, simulator } = await openBroker();
    const refusals: [Partial<GttRequest>, string][] = [
      [{ instrumentId: 'NSE:NOSUCH' as InstrumentId }, 'NOT_LISTED'],
      [{ product: 'INTRADAY' }, 'PRODUCT'],
      [{ validDays: 366 }, 'DAYS'],
      [{ validDays: 0.5 }, 'DAYS'],
      [{ instrumentId: CALL.id, product: 'CARRY_FORWARD', quantity: 75 }, 'AB9010'],
      [{ quantity: 0 }, 'AB9006'],
    ];
    for (const [change, code] of refusals) {
      expect(await broker.create({ ...SELL, ...change }), code).toMatchObject({ kind: 'refused', code });
    }
    expect(simulator.ledger.rules).toEqual([]);
    expect(await broker.modify(brokerGttId('1'), INFY.id, TERMS)).toMatchObject({ kind: 'refused', code: 'AB9013' });
  });

  it('hold against what was delivered and what the day has brought', async () => {
    const { broker, market, infy, simulator, settle } = await openBroker();
    expect(doneOf(await broker.holdings())).toEqual(new Map());
    // An entry by a rule: bought when the price crosses it.
    doneOf(await broker.create({ ...SELL, side: 'BUY', triggerPrice: 1520, limitPrice: 1525, quantity: 10 }));
    await market.print(infy, 1521);
    await settle();
    await market.print(infy, 1521);
    expect(simulator.ledger.fills).toMatchObject([{ quantity: 10, side: 'BUY' }]);
    expect(doneOf(await broker.holdings())).toEqual(new Map([[INFY.id, 10]]));
    expect(broker.isListed(INFY.id)).toBe(true);
    expect(broker.isListed('NSE:NOSUCH' as InstrumentId)).toBe(false);
  });
});
