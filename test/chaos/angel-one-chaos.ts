import { z } from 'zod';
import type { InstrumentId } from '../../src/core/ids.ts';
import type { FaultRequest } from '../../src/simulators/angel-one/faults/fault.ts';
import { truthSchema } from '../../src/worker/rehearsal/compare-orders.ts';
import { startSimulator } from '../../src/worker/simulator-process.ts';
import type { ChaosBroker } from './chaos-broker.ts';
import type { BrokerCall, Fault } from './chaos-plan.ts';

const healthSchema = z.object({ time: z.number() });
const listingsSchema = z.array(
  z.object({ id: z.string().transform((id) => id as InstrumentId), tradingSymbol: z.string() }),
);
const symbolsSchema = z.object({ fills: z.array(z.object({ tradingSymbol: z.string() })) });

type Operation = 'placeOrder' | 'modifyOrder' | 'cancelOrder' | 'orderBook' | 'tradeBook';
const OPERATIONS: Readonly<Record<BrokerCall, Operation>> = {
  place: 'placeOrder',
  modify: 'modifyOrder',
  cancel: 'cancelOrder',
  orders: 'orderBook',
  trades: 'tradeBook',
};

const LEAD_SECONDS = 30;

/** The simulator of Angel One's protocol, in a process of its own. */
export const angelOneChaos: ChaosBroker = {
  name: 'angel-one',
  async start(stage, speed, onLine) {
    const { sessionPath, instrumentsPath, calendarPath } = stage;
    const simulator = await startSimulator({
      ...{ sessionPath, instrumentsPath, calendarPath, leadSeconds: LEAD_SECONDS, speed, onLine },
    });
    const { endpoints, control, credentials, ask } = simulator;
    // The broker closes nothing by itself: every order of the day is one of ours.
    await ask('behaviours', { squareOffTime: null });
    const listings = listingsSchema.parse(await ask('listings'));
    const idOf = new Map(listings.map(({ id, tradingSymbol }) => [tradingSymbol, id]));
    return {
      address: { endpoints, control, credentials },
      calls: {
        url: endpoints.rest,
        isWrite: (path) => /\/(place|modify|cancel)Order$|\/gtt\/.*\/(create|modify|cancel)Rule$/.test(path),
        via: (rest) => ({ endpoints: { ...endpoints, rest }, control, credentials }),
      },
      time: async () => healthSchema.parse(await ask('health')).time,
      async strike(fault) {
        if (fault.kind === 'tokens-expire') await ask('expire', {});
        else await ask('faults', requestOf(fault));
      },
      async calm() {
        await fetch(`${control.replace(/\/$/, '')}/faults`, { method: 'DELETE' });
      },
      async truth() {
        const report = await ask('ledger');
        const truth = truthSchema.parse(report);
        const symbols = symbolsSchema.parse(report).fills;
        const net = new Map<InstrumentId, number>();
        for (const [index, { side, quantity }] of truth.fills.entries()) {
          const id = idOf.get(symbols[index]?.tradingSymbol ?? '');
          if (id === undefined) throw new Error('Expected a fill of a listed instrument');
          net.set(id, (net.get(id) ?? 0) + (side === 'BUY' ? quantity : -quantity));
        }
        return { ...truth, net };
      },
      stop: () => simulator.stop(),
    };
  },
};

function requestOf(fault: Exclude<Fault, { kind: 'tokens-expire' }>): FaultRequest {
  switch (fault.kind) {
    case 'storm':
      return { kind: 'throttle', forMs: fault.ms };
    case 'lagging-book':
      return { kind: 'book-lag', on: ['orderBook', 'tradeBook'], ms: fault.ms, count: fault.count };
    case 'stream-broken':
      return { kind: 'stream-drop', how: 'reset' };
    case 'stream-duplicates':
      return { kind: 'stream-duplicate', count: 20 };
    case 'stream-disordered':
      return { kind: 'stream-reorder', stream: 'orders', count: 6 };
    case 'late-answer':
      return { kind: 'delay', on: [OPERATIONS[fault.on]], ms: fault.ms, count: fault.count };
    default:
      return { kind: KINDS[fault.kind], on: [OPERATIONS[fault.on]], count: fault.count };
  }
}

const KINDS = {
  'lost-before': 'drop-before',
  'lost-after': 'drop-after',
  'silent-before': 'half-open',
  'silent-after': 'half-open-after',
  'gateway-before': 'gateway',
  'gateway-after': 'gateway-after',
  'error-after': 'something-wrong-after',
  'empty-after': 'empty-after',
  'cut-answer': 'cut-answer',
  'firewall-page': 'html',
  'session-ends': 'token-expired',
} as const;
