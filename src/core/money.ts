/**
 * Prices are rupees as doubles, snapped to the instrument's tick when they leave the engine.
 * Money (cash, charges, P&L) is integer paise.
 */
export type Rupees = number;
export type Paise = number;

/** Value of a price times a quantity, to the nearest paisa. */
export function toPaise(price: Rupees, quantity = 1): Paise {
  return Math.round(price * quantity * 100);
}

/**
 * The nearest multiple of the tick, without binary dust (`0.1 + 0.2` style digits).
 * `up` and `down` round in that direction.
 */
export function snapToTick(price: Rupees, tickSize: Rupees, toward: 'nearest' | 'up' | 'down' = 'nearest'): Rupees {
  const steps = price / tickSize;
  const nearest = Math.round(steps);
  const isOnTick = Math.abs(steps - nearest) < 1e-6;
  const snapped = isOnTick || toward === 'nearest' ? nearest : toward === 'up' ? Math.ceil(steps) : Math.floor(steps);
  return roundPrice(snapped * tickSize);
}

/** Four decimals, as `numeric(14,4)` stores them. */
export function roundPrice(price: Rupees): Rupees {
  return Math.round(price * 10_000) / 10_000;
}

/** Indian grouping: `1,23,456.70`; negative amounts carry a minus sign. */
export function formatRupees(paise: Paise): string {
  const absolute = Math.abs(Math.round(paise));
  const rupees = String(Math.floor(absolute / 100));
  const head = rupees.slice(0, -3).replace(/\B(?=(\d{2})+$)/g, ',');
  const grouped = head === '' ? rupees.slice(-3) : `${head},${rupees.slice(-3)}`;
  return `${paise < 0 ? '-' : ''}${grouped}.${String(absolute % 100).padStart(2, '0')}`;
}
