/**
 * An option chain around the money. Entry points: `strikesAround` picks the strikes, `chainTable` sets them in columns of
 * letters of one width: calls left, puts right. Pure.
 */
import type { InstrumentId } from '../../core/ids.ts';
import type { Rupees } from '../../core/money.ts';
import type { LatestQuote } from '../../ports/account-views.ts';
import type { OptionContract } from '../../ports/option-list.ts';

export interface ChainStrike {
  readonly strike: Rupees;
  /** Null: none is listed. */
  readonly call: InstrumentId | null;
  readonly put: InstrumentId | null;
  /** The one nearest to the price of the underlying. */
  readonly isAtTheMoney: boolean;
}

export type QuotesById = ReadonlyMap<InstrumentId, Pick<LatestQuote, 'lastPrice' | 'openInterest'>>;

const UNITS = [
  { name: 'Cr', size: 1e7 },
  { name: 'L', size: 1e5 },
  { name: 'K', size: 1e3 },
] as const;

/** Up to `each` strikes on both sides of the one at the money; of the middle one when no price says which that is. */
export function strikesAround(
  contracts: readonly OptionContract[],
  spot: Rupees | null,
  each: number,
): readonly ChainStrike[] {
  const byStrike = [...Map.groupBy(contracts, ({ strike }) => strike)].sort(([a], [b]) => a - b);
  const idOf = (own: readonly OptionContract[], type: OptionContract['optionType']): InstrumentId | null =>
    own.find(({ optionType }) => optionType === type)?.instrumentId ?? null;
  const money = spot === null ? Math.floor(byStrike.length / 2) : nearest(byStrike, spot);
  return byStrike
    .map(([strike, own], index) => ({
      ...{ strike, call: idOf(own, 'CE'), put: idOf(own, 'PE') },
      isAtTheMoney: spot !== null && index === money,
    }))
    .slice(Math.max(0, money - each), money + each + 1);
}

/** Lines of one width, the first a head; open interest only where some is known. */
export function chainTable(strikes: readonly ChainStrike[], quotes: QuotesById): readonly string[] {
  const of = (id: InstrumentId | null) => (id === null ? undefined : quotes.get(id));
  const hasInterest = strikes.some(({ call, put }) => [call, put].some((id) => of(id)?.openInterest != null));
  const rows = strikes.map(({ strike, call, put, isAtTheMoney }) => [
    ...(hasInterest ? [interestCell(of(call))] : []),
    ...[priceCell(of(call)), `${strike}${isAtTheMoney ? '*' : ' '}`, priceCell(of(put))],
    ...(hasInterest ? [interestCell(of(put))] : []),
  ]);
  const head = hasInterest ? ['OI', 'call', 'strike ', 'put', 'OI'] : ['call', 'strike ', 'put'];
  const table = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join(' '));
}

/** `calls 25600, 25700; puts 25600`; empty when each has a price. */
export function unpricedWords(strikes: readonly ChainStrike[], quotes: QuotesById): string {
  const missing = (side: 'call' | 'put'): string =>
    strikes
      .filter((each) => each[side] !== null && !quotes.has(each[side]))
      .map(({ strike }) => strike)
      .join(', ');
  const sides = [
    { name: 'calls', strikes: missing('call') },
    { name: 'puts', strikes: missing('put') },
  ];
  return sides.flatMap((side) => (side.strikes === '' ? [] : [`${side.name} ${side.strikes}`])).join('; ');
}

function nearest(byStrike: readonly (readonly [Rupees, unknown])[], spot: Rupees): number {
  const distances = byStrike.map(([strike]) => Math.abs(strike - spot));
  return distances.indexOf(Math.min(...distances));
}

function priceCell(quote: { readonly lastPrice: Rupees } | undefined): string {
  return quote === undefined ? '-' : quote.lastPrice.toFixed(2);
}

/** In lakh and crore, three figures of it: `12.3L`. */
function interestCell(quote: { readonly openInterest: number | null } | undefined): string {
  const units = quote?.openInterest ?? null;
  if (units === null) return '-';
  const unit = UNITS.find(({ size }) => units >= size);
  return unit === undefined ? String(units) : `${Number((units / unit.size).toPrecision(3))}${unit.name}`;
}
