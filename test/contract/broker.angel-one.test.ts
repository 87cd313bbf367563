import type { InstrumentId } from '../../src/core/ids.ts';
import type { FaultRequest } from '../../src/simulators/angel-one/faults/fault.ts';
import type { Operation } from '../../src/simulators/angel-one/rest/endpoints.ts';
import type { AngelOneSimulator } from '../../src/simulators/angel-one/start-simulator.ts';
import { openTestAdapter } from '../support/angel-one-adapter.ts';
import { CALL, INFY } from '../support/angel-one-simulator.ts';
import { brokerContract } from './broker.contract.ts';
import type { BrokerCall, BrokerFault, TrueOrder } from './broker-harness.ts';

const FAULTS = {
  'request-lost': { kind: 'drop-before' },
  'answer-lost': { kind: 'drop-after' },
  'answer-cut': { kind: 'cut-answer' },
  'gateway-down': { kind: 'gateway' },
  'gateway-down-after': { kind: 'gateway-after' },
  'firewall-page': { kind: 'html' },
  'empty-answer': { kind: 'empty' },
  'empty-answer-after': { kind: 'empty-after' },
  throttled: { kind: 'throttle' },
  'session-gone': { kind: 'token-expired' },
  'book-lag': { kind: 'book-lag', ms: 3_000 },
} as const satisfies Readonly<Record<BrokerFault, FaultRequest>>;
const OPERATIONS = {
  ...{ place: 'placeOrder', modify: 'modifyOrder', cancel: 'cancelOrder' },
  ...{ orders: 'orderBook', fills: 'tradeBook' },
} as const satisfies Readonly<Record<BrokerCall, Operation>>;

brokerContract({
  name: 'Angel One',
  faults: Object.keys(FAULTS) as BrokerFault[],
  refused: { instrumentId: 'NSE:NOSUCH' as InstrumentId },
  // Beyond what the exchange's price protection lets through.
  rejected: { limitPrice: 1900 },
  async open({ participationPercent = null }: { readonly participationPercent?: number | null } = {}) {
    const adapter = await openTestAdapter({ behaviours: { participationPercent } });
    const { broker, market, simulator, settle, patiently } = adapter;
    await market.print(market.listing(CALL.id), 100);
    return {
      ...{ broker, clock: market.clock, share: INFY.id, option: CALL.id, patiently },
      async print(instrumentId, price, units) {
        await market.print(market.listing(instrumentId), price, units);
      },
      async settle() {
        await settle();
        await market.print(market.listing(CALL.id), market.quote(market.listing(CALL.id))?.tick.lastPrice ?? 100, 0);
        await market.print(adapter.infy, market.quote(adapter.infy)?.tick.lastPrice ?? 1500, 0);
      },
      truth: () => truthOf(simulator),
      strike(fault, on) {
        simulator.arm({ ...FAULTS[fault], on: [OPERATIONS[on]], count: 1 });
      },
      calls: (of) => Object.values(simulator.ledger.report().calls[OPERATIONS[of]] ?? {}).reduce((a, b) => a + b, 0),
    };
  },
});

function truthOf({ ledger }: AngelOneSimulator): readonly TrueOrder[] {
  return ledger.orders.map(({ orderId, tag, status }) => ({
    clientOrderId: tag,
    status: statusOf(status),
    fills: ledger.fills.filter((fill) => fill.orderId === orderId),
  }));
}

function statusOf(status: string): TrueOrder['status'] {
  if (status === 'complete') return 'filled';
  return status === 'cancelled' || status === 'rejected' ? status : 'working';
}
