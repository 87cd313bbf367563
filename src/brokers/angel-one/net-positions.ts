import type { BrokerPositions } from '../../ports/broker.ts';
import { productOfWire } from './order-body.ts';
import type { PositionRow } from './rest/portfolio-calls.ts';
import type { ReadRows } from './rest/wire-values.ts';
import { SEGMENTS, type TokenBook } from './token-book.ts';

/** The broker's position rows in our words; instruments that this worker does not list keep the broker's name. */
export function positionsOf({ rows, unread }: ReadRows<PositionRow>, tokens: TokenBook): BrokerPositions {
  return {
    positions: rows.map(({ exchange, symboltoken, tradingsymbol, producttype, netqty, avgnetprice }) => {
      const segment = SEGMENTS.find((each) => each === exchange);
      return {
        instrumentId: (segment && tokens.byToken(segment, symboltoken)?.instrument.id) ?? null,
        name: `${exchange} ${tradingsymbol}`,
        product: productOfWire(producttype) ?? null,
        quantity: netqty,
        averagePrice: netqty === 0 ? 0 : avgnetprice,
      };
    }),
    unreadRows: unread.length,
  };
}
