import type { InstrumentId } from '../../core/ids.ts';
import type { BrokerHoldings, BrokerPositions } from '../../ports/broker.ts';
import { productOfWire } from './order-body.ts';
import type { HoldingRow, PositionRow } from './rest/portfolio-calls.ts';
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

export function holdingsOf({ rows, unread }: ReadRows<HoldingRow>, tokens: TokenBook): BrokerHoldings {
  return {
    holdings: rows.map(({ exchange, symboltoken, tradingsymbol, quantity, t1quantity }) => {
      const segment = SEGMENTS.find((each) => each === exchange);
      const listed = segment && tokens.byToken(segment, symboltoken);
      return {
        instrumentId: listed?.instrument.id ?? shareOf(tradingsymbol, tokens) ?? null,
        name: `${exchange} ${tradingsymbol}`,
        // Whether the first has the second in it is not documented: too much is no alarm, too little would be a false one.
        quantity: quantity + t1quantity,
      };
    }),
    unreadRows: unread.length,
  };
}

/** A holding may stand under another exchange than the one it was bought at. */
function shareOf(tradingSymbol: string, tokens: TokenBook): InstrumentId | undefined {
  const symbol = tradingSymbol.replace(/-[A-Z0-9]{1,2}$/, '');
  for (const { instrument } of tokens.all()) {
    if (instrument.kind === 'EQUITY' && instrument.symbol === symbol) return instrument.id;
  }
  return undefined;
}
