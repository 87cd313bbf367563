import type { InstrumentId } from '../../src/core/ids.ts';
import type { Order } from '../../src/core/order.ts';
import type { Broker } from '../../src/ports/broker.ts';
import type { Clock } from '../../src/ports/clock.ts';

/** `orders` and `fills` are what reading the book asks for; the same where a broker tells both at once. */
export type BrokerCall = 'place' | 'modify' | 'cancel' | 'orders' | 'fills';

/** What can happen to a call on its way, and whether the broker has done by then what was asked. */
export const FAULTS = {
  'request-lost': { isCarriedOut: false },
  'answer-lost': { isCarriedOut: true },
  'answer-cut': { isCarriedOut: true },
  'gateway-down': { isCarriedOut: false },
  'gateway-down-after': { isCarriedOut: true },
  'firewall-page': { isCarriedOut: false },
  'empty-answer': { isCarriedOut: false },
  'empty-answer-after': { isCarriedOut: true },
  throttled: { isCarriedOut: false },
  'session-gone': { isCarriedOut: false },
  /** Of what is read only: it is that of a moment ago. */
  'book-lag': { isCarriedOut: true },
} as const;
export type BrokerFault = keyof typeof FAULTS;

/** An order as the broker's own ledger has it. */
export interface TrueOrder {
  readonly clientOrderId: string;
  readonly status: 'working' | 'filled' | 'cancelled' | 'rejected';
  readonly fills: readonly { readonly fillId: string; readonly quantity: number; readonly price: number }[];
}

export interface BrokerUnderTest {
  readonly broker: Broker;
  readonly clock: Clock;
  /** A share that trades at 1500, and an option that trades at 100 in lots of 75. */
  readonly share: InstrumentId;
  readonly option: InstrumentId;
  /** A trade in the market. */
  print(instrumentId: InstrumentId, price: number, units?: number): Promise<void>;
  /** Time passes, at unchanged prices, until what is under way has come to rest. */
  settle(): Promise<void>;
  /** The market's time moves on as long as the call waits for it. */
  patiently<T>(call: Promise<T>): Promise<T>;
  truth(): readonly TrueOrder[];
  /** The next call of this kind meets the fault. */
  strike(fault: BrokerFault, on: BrokerCall): void;
  /** How many calls of this kind have gone out. */
  calls(of: BrokerCall): number;
}

export interface BrokerHarness {
  readonly name: string;
  readonly faults: readonly BrokerFault[];
  /** Changes of an order to buy ten shares at 1400 that the broker does not take, and that it takes and rejects. */
  readonly refused: Partial<Order>;
  readonly rejected: Partial<Order>;
  /** `participationPercent`: the most that orders get of a trade's units. */
  open(setup?: { readonly participationPercent?: number }): Promise<BrokerUnderTest>;
}
