/**
 * Books kept the slow way, in whole paise, one unit at a time: what a person with a contract note and a pencil would get.
 */
export interface PlainFill {
  readonly side: 'BUY' | 'SELL';
  readonly quantity: number;
  readonly pricePaise: number;
  readonly time: number;
  /** Fractional paise. */
  readonly charges: number;
}

export interface PlainTrade {
  readonly side: 'LONG' | 'SHORT';
  readonly quantity: number;
  readonly entryTime: number;
  readonly exitTime: number;
  readonly grossPaise: number;
  readonly charges: number;
}

export interface PlainBooks {
  readonly trades: readonly PlainTrade[];
  /** Signed units still open, what they cost on average (the average-cost method), and what their sales have brought. */
  readonly quantity: number;
  readonly averagePaise: number;
  readonly realisedPaise: number;
  readonly openedTime: number | null;
  readonly charges: number;
}

export function keepBooks(fills: readonly PlainFill[]): PlainBooks {
  const trades: PlainTrade[] = [];
  let quantity = 0;
  let averagePaise = 0;
  let realisedPaise = 0;
  let bought = 0;
  let sold = 0;
  let units = 0;
  let charges = 0;
  let openedTime: number | null = null;
  for (const fill of fills) {
    const sign = fill.side === 'BUY' ? 1 : -1;
    for (let unit = 0; unit < fill.quantity; unit += 1) {
      if (quantity === 0) openedTime = fill.time;
      if (quantity * sign >= 0) {
        averagePaise = (averagePaise * Math.abs(quantity) + fill.pricePaise) / (Math.abs(quantity) + 1);
        units += 1;
      } else {
        realisedPaise += (fill.pricePaise - averagePaise) * -sign;
      }
      if (sign > 0) bought += fill.pricePaise;
      else sold += fill.pricePaise;
      charges += fill.charges / fill.quantity;
      quantity += sign;
      if (quantity !== 0) continue;
      const side = sign < 0 ? 'LONG' : 'SHORT';
      const entryTime = openedTime ?? Number.NaN;
      trades.push({ side, quantity: units, entryTime, exitTime: fill.time, grossPaise: sold - bought, charges });
      averagePaise = realisedPaise = bought = sold = units = charges = 0;
      openedTime = null;
    }
  }
  return { trades, quantity, averagePaise, realisedPaise, openedTime, charges };
}
