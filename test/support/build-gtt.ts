import { BY_HAND, type Gtt, type GttLeg, type GttLegName, type OcoGtt, type SingleGtt } from '../../src/core/gtt.ts';
import type { BrokerGttId, ClientOrderId, InstrumentId } from '../../src/core/ids.ts';
import { DAY_MS } from '../../src/core/time.ts';
import type { BrokerGtt } from '../../src/ports/gtt-broker.ts';
import { MORNING } from './angel-one-simulator.ts';

export const GTT_ID = 'g7k2m9q4x1c8v5n3' as ClientOrderId;

export function brokerGttId(id: string): BrokerGttId {
  return id as BrokerGttId;
}

export function buildLeg(name: GttLegName, changes: Partial<GttLeg> = {}): GttLeg {
  const prices =
    name === 'TARGET' ? { triggerPrice: 1600, limitPrice: 1599 } : { triggerPrice: 1400, limitPrice: 1395 };
  return {
    ...{ name, quantity: 10, ...prices, status: 'INITIALIZED', brokerGttId: null, priorIds: [], submittedTime: null },
    ...{ reason: null, updatedTime: MORNING, clientOrderId: null, brokerOrderId: null, ...changes },
  };
}

const BASE: Omit<SingleGtt, 'kind' | 'legs'> = {
  ...{ clientGttId: GTT_ID, strategyId: BY_HAND, instrumentId: 'NSE:INFY' as InstrumentId },
  ...{ product: 'DELIVERY', createdTime: MORNING, expires: MORNING + 90 * DAY_MS, isWithdrawn: false },
  side: 'SELL',
};

export function buildSingle(
  leg: Partial<GttLeg> = {},
  changes: Partial<Omit<SingleGtt, 'kind' | 'legs'>> = {},
): SingleGtt {
  return { ...BASE, ...changes, kind: 'SINGLE', legs: [buildLeg('SINGLE', leg)] };
}

export function buildOco(
  stopLoss: Partial<GttLeg> = {},
  target: Partial<GttLeg> = {},
  changes: Partial<Omit<OcoGtt, 'kind' | 'legs'>> = {},
): OcoGtt {
  return { ...BASE, ...changes, kind: 'OCO', legs: [buildLeg('STOP_LOSS', stopLoss), buildLeg('TARGET', target)] };
}

/** The leg as the broker's list shows it. */
export function rowOf(rule: Gtt, leg: GttLeg, id: string, changes: Partial<BrokerGtt> = {}): BrokerGtt {
  const { instrumentId, side, product } = rule;
  const { quantity, triggerPrice, limitPrice } = leg;
  return {
    ...{ id: brokerGttId(id), instrumentId, product, symbol: 'INFY-EQ', side, quantity, triggerPrice, limitPrice },
    ...{ status: 'LIVE', createdTime: MORNING, expires: rule.expires, ...changes },
  };
}
