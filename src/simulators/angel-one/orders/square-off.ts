import { dayOf, parseTimeOfDay, startOfDay } from '../../../core/time.ts';
import type { Switches } from '../control/behaviours.ts';
import type { SimulatedMarket } from '../parts.ts';
import type { ClientDesk } from './client-desk.ts';
import { netQuantity } from './position-book.ts';

/** At the broker's own time intraday orders are cancelled and intraday positions closed by orders that carry no tag. */
export function squareOffDaily(
  desks: readonly ClientDesk[],
  { clock }: SimulatedMarket,
  switches: Switches,
  closed: AbortSignal,
): void {
  const wait = async (): Promise<void> => {
    for (let day = dayOf(clock.now()); !closed.aborted; day += 1) {
      const clockTime = parseTimeOfDay(switches.current.squareOffTime ?? '');
      const time = startOfDay(day) + (clockTime ?? 0);
      if (clockTime !== undefined && time > clock.now()) {
        await clock.sleepUntil(time, closed);
        if (!closed.aborted && switches.current.squareOffTime !== null) for (const desk of desks) squareOff(desk);
      }
      await clock.sleepUntil(startOfDay(day + 1), closed);
    }
  };
  void wait();
}

function squareOff({ orders, positions }: ClientDesk): void {
  for (const order of [...orders.working]) {
    if (order.request.product === 'INTRADAY') orders.cancel({ orderid: order.orderId, variety: order.request.variety });
  }
  for (const position of positions.positions) {
    const net = netQuantity(position);
    if (position.product !== 'INTRADAY' || net === 0) continue;
    orders.place({
      listing: position.listing,
      variety: 'NORMAL',
      side: net > 0 ? 'SELL' : 'BUY',
      orderType: 'MARKET',
      product: 'INTRADAY',
      duration: 'DAY',
      price: 0,
      triggerPrice: 0,
      quantity: Math.abs(net),
      disclosedQuantity: 0,
      tag: '',
    });
  }
}
