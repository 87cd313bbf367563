import type { Fill } from '../../../src/core/fill.ts';
import type { BrokerOrderId, ClientOrderId, InstrumentId, SignalKey, StrategyId } from '../../../src/core/ids.ts';
import type { Order } from '../../../src/core/order.ts';
import type { EpochMs } from '../../../src/core/time.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { MemoryLedger } from '../../../src/simulation/memory-ledger.ts';

export const ID = 'a1b2c3d4e5f6g7h8' as ClientOrderId;

/** An entry with a deadline, planned and not sent. */
export function order(changes: Partial<Order> = {}): Order {
  return {
    clientOrderId: ID,
    sequence: 1,
    strategyId: 'ema-5m' as StrategyId,
    signalKey: 'ema-5m|NSE:RELIANCE|5m|1000|ENTRY' as SignalKey,
    instrumentId: 'NSE:RELIANCE' as InstrumentId,
    role: 'ENTRY',
    side: 'BUY',
    quantity: 10,
    type: 'LIMIT',
    limitPrice: 1_402.35,
    triggerPrice: null,
    product: 'INTRADAY',
    timeInForce: 'DAY',
    ocoGroup: null,
    createdTime: 1_000,
    notBefore: 1_000,
    deadline: 60_000,
    ...{ isHeld: false, amendments: 0, reprices: null, pricedTime: null },
    status: 'INITIALIZED',
    brokerOrderId: null,
    filledQuantity: 0,
    averagePrice: null,
    statusReason: null,
    updatedTime: 1_000,
    ...changes,
  };
}

export function fillOf(of: Order, fillId: string, quantity = of.quantity): Fill {
  const { clientOrderId, instrumentId, side } = of;
  return { fillId, clientOrderId, instrumentId, side, quantity, price: 1_402.35, time: 5_500 };
}

export function ledgerWith(planned: Order): MemoryLedger {
  const ledger = new MemoryLedger();
  ledger.recordNow([{ type: 'orderPlanned', order: planned }]);
  return ledger;
}

/** The order as it stands after these reports. */
export async function moved(
  ledger: MemoryLedger,
  ...statuses: Parameters<MemoryLedger['moveNow']>[0]['status'][]
): Promise<void> {
  for (const [index, status] of statuses.entries()) {
    const brokerOrderId = status === 'SUBMITTED' ? (`B-${ID}` as BrokerOrderId) : null;
    await ledger.move({ clientOrderId: ID, status, brokerOrderId, reason: null, time: 1_001 + index });
  }
}

/** Waiting takes no time but moves the clock; every look moves it a little, as time does. */
export class TestClock implements Clock {
  time: EpochMs;
  readonly waits: EpochMs[] = [];
  onWait: (() => void) | undefined;

  constructor(time: EpochMs = 2_000) {
    this.time = time;
  }

  now(): EpochMs {
    this.time += 1;
    return this.time;
  }

  async sleepUntil(time: EpochMs): Promise<void> {
    if (time <= this.time) return;
    this.onWait?.();
    this.waits.push(time - this.time);
    this.time = time;
  }
}
