import { describe, expect, it } from 'vitest';
import type { Order, OrderRole, OrderSide } from '../../../src/core/order.ts';
import { LateFills } from '../../../src/engine/late-fills.ts';
import { OpenPosition } from '../../../src/engine/portfolio/open-position.ts';
import { buildFill, buildOrder } from '../../support/build-order.ts';

const ENTRY = buildOrder();

/** One strategy's units of one instrument, as orders of any role move them. */
class Desk {
  readonly late = new LateFills();
  readonly position = new OpenPosition(ENTRY.strategyId, ENTRY.instrumentId, 'INTRADAY');

  /** Books a fill and tells how much of it is too much. */
  fill(role: OrderRole, side: OrderSide, quantity: number, inFlight = 0, order: Order = ENTRY): number {
    const filled = { ...order, role, side };
    const fill = buildFill(filled, { quantity });
    this.position.apply(fill, filled.signalKey, 'signal', 0);
    return this.late.unitsToUndo(filled, fill, this.position, inFlight);
  }

  /** A leg is filled while exits are on their way. */
  leg(side: OrderSide, quantity: number, inFlight: number): number {
    const tooMuch = this.fill('STOP_LOSS', side, quantity, inFlight);
    this.late.foresee(this.position, { ...ENTRY, role: 'STOP_LOSS', side }, inFlight);
    return tooMuch;
  }
}

describe.each([
  ['a long', 'BUY', 'SELL'],
  ['a short', 'SELL', 'BUY'],
] as const)('fills of %s', (_name, into, out) => {
  it('that come as they should are kept', () => {
    const desk = new Desk();
    expect(desk.fill('ENTRY', into, 10)).toBe(0);
    expect(desk.fill('TARGET', out, 4)).toBe(0);
    expect(desk.fill('EXIT', out, 6)).toBe(0);
    expect(desk.position.quantity).toBe(0);
  });

  it('of an entry that was withdrawn are undone whole', () => {
    const desk = new Desk();
    desk.late.withdraw(ENTRY);
    expect(desk.fill('ENTRY', into, 7)).toBe(7);
    const other = buildOrder({ clientOrderId: 'other' as Order['clientOrderId'] });
    expect(desk.fill('ENTRY', into, 7, 0, other)).toBe(0);
  });

  it('of an exit after a stop has closed all are undone', () => {
    const desk = new Desk();
    desk.fill('ENTRY', into, 10);
    expect(desk.leg(out, 10, 10), 'the exit may still be withdrawn in time').toBe(0);
    expect(desk.fill('EXIT', out, 6)).toBe(6);
    expect(desk.fill('EXIT', out, 4)).toBe(4);
    expect(desk.fill('EXIT', out, 1), 'no more than was too much').toBe(0);
  });

  it('of an exit after a stop has closed a part are undone for that part', () => {
    const desk = new Desk();
    desk.fill('ENTRY', into, 10);
    expect(desk.leg(out, 4, 10)).toBe(0);
    expect(desk.fill('SQUARE_OFF', out, 6)).toBe(0);
    expect(desk.fill('SQUARE_OFF', out, 4)).toBe(4);
  });

  it('of a stop after an exit has closed all are undone', () => {
    const desk = new Desk();
    desk.fill('ENTRY', into, 10);
    desk.fill('EXIT', out, 10);
    expect(desk.leg(out, 4, 0)).toBe(4);
  });

  it('of a stop that crosses flat are undone for what is beyond', () => {
    const desk = new Desk();
    desk.fill('ENTRY', into, 10);
    desk.fill('EXIT', out, 8);
    expect(desk.leg(out, 10, 2)).toBe(8);
    expect(desk.fill('EXIT', out, 2), 'the rest of the exit').toBe(2);
  });

  it('of an exit that an entry the other way has overtaken are kept: the position was to be turned', () => {
    const desk = new Desk();
    desk.fill('ENTRY', into, 10);
    desk.fill('ENTRY', out, 10);
    expect(desk.fill('EXIT', out, 10)).toBe(0);
    expect(Math.abs(desk.position.quantity)).toBe(10);
  });

  it('of the stop of such an entry are kept while the exit is still to come', () => {
    const desk = new Desk();
    desk.fill('ENTRY', into, 10);
    desk.fill('ENTRY', out, 10);
    expect(desk.leg(into, 10, -10)).toBe(0);
    expect(desk.fill('EXIT', out, 10)).toBe(0);
    expect(desk.position.quantity).toBe(0);
  });

  it('are forgotten with the day', () => {
    const desk = new Desk();
    desk.late.withdraw(ENTRY);
    desk.fill('ENTRY', into, 10);
    desk.leg(out, 10, 10);
    desk.late.startDay();
    expect(desk.fill('EXIT', out, 10)).toBe(0);
    expect(desk.fill('ENTRY', into, 10)).toBe(0);
  });
});
