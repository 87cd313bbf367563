import type { ClientOrderId, InstrumentId } from '../../src/core/ids.ts';
import type { OrderUpdate } from '../../src/core/order.ts';
import type { ExchangeEvent } from '../../src/simulation/exchange-event.ts';
import { DEFAULT_FILL_RULES } from '../../src/simulation/fill-model.ts';
import { PaperBroker } from '../../src/simulation/paper-broker.ts';
import { SimulatedExchange } from '../../src/simulation/simulated-exchange.ts';
import { CALL, INFY, MORNING } from '../support/angel-one-simulator.ts';
import { fixedCalendar } from '../support/fixed-calendar.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { brokerContract } from './broker.contract.ts';
import type { TrueOrder } from './broker-harness.ts';

const ENDS: Readonly<Partial<Record<OrderUpdate['status'], TrueOrder['status']>>> = {
  CANCELED: 'cancelled',
  REJECTED: 'rejected',
};

brokerContract({
  name: 'The paper broker',
  // There is no wire between it and the exchange.
  faults: [],
  refused: { instrumentId: 'NSE:NOSUCH' as InstrumentId },
  // Outside the circuit.
  rejected: { limitPrice: 1900 },
  async open({ participationPercent = null }: { readonly participationPercent?: number | null } = {}) {
    const clock = new ManualClock(MORNING);
    const events: ExchangeEvent[] = [];
    const exchange = new SimulatedExchange({
      ...{ instruments: [INFY, CALL], calendar: fixedCalendar, settle: () => {} },
      rules: { ...DEFAULT_FILL_RULES, participationPercent, circuitPercent: 20 },
      report: (event) => {
        events.push(event);
        broker.hear(event);
      },
    });
    const broker = new PaperBroker(exchange, clock);
    const last = new Map<InstrumentId, { price: number; volume: number }>();
    const print = async (instrumentId: InstrumentId, price: number, units = 100): Promise<void> => {
      const volume = (last.get(instrumentId)?.volume ?? 0) + units;
      last.set(instrumentId, { price, volume });
      exchange.onTick({
        ...{ instrumentId, time: clock.now(), lastPrice: price, volume },
        ...{ openInterest: null, bid: null, ask: null, sequence: null },
      });
    };
    await print(INFY.id, 1500);
    await print(CALL.id, 100);
    return {
      ...{ broker, clock, share: INFY.id, option: CALL.id, print },
      async settle() {
        await clock.reach(clock.now() + 200);
        for (const [instrumentId, { price }] of last) await print(instrumentId, price, 0);
      },
      patiently: (call) => call,
      truth: () => truthOf(events, exchange),
      strike: (fault) => {
        throw new Error(`Expected no fault on paper, found "${fault}"`);
      },
      calls: () => 0,
    };
  },
});

/** By what the exchange has reported, which is all there is. */
function truthOf(events: readonly ExchangeEvent[], exchange: SimulatedExchange): readonly TrueOrder[] {
  const ids = new Set<ClientOrderId>(
    events.map((event) => (event.type === 'orderFilled' ? event.fill.clientOrderId : event.update.clientOrderId)),
  );
  return [...ids].map((clientOrderId) => {
    const fills = events.flatMap((event) =>
      event.type === 'orderFilled' && event.fill.clientOrderId === clientOrderId ? [event.fill] : [],
    );
    const ends = events.flatMap((event) =>
      event.type === 'orderUpdated' && event.update.clientOrderId === clientOrderId ? [ENDS[event.update.status]] : [],
    );
    const isWorking = [INFY, CALL].some(({ id }) => exchange.isWorking({ instrumentId: id, clientOrderId }));
    return {
      clientOrderId,
      fills,
      status: isWorking ? 'working' : (ends.find((end) => end !== undefined) ?? 'filled'),
    };
  });
}
