import type { InstrumentId } from '../core/ids.ts';
import { parseInstrumentId } from '../core/instrument.ts';
import { formatRupees, type Paise, type Rupees, toPaise } from '../core/money.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `RELIANCE`, `RELIANCE (BSE)`, `NIFTY 24 Nov 2026 26000 CE`, `NIFTY 24 Nov 2026 FUT`. */
export function formatInstrument(id: InstrumentId): string {
  const parsed = parseInstrumentId(id);
  if (parsed === undefined) return id;
  if (parsed.expiry === null)
    return parsed.exchange === 'NSE' ? parsed.symbol : `${parsed.symbol} (${parsed.exchange})`;
  const [year, month, date] = parsed.expiry.split('-').map(Number);
  const expiry = `${date} ${MONTHS[(month ?? 0) - 1] ?? month} ${year}`;
  return parsed.isFuture
    ? `${parsed.symbol} ${expiry} FUT`
    : `${parsed.symbol} ${expiry} ${parsed.strike} ${parsed.optionType}`;
}

/** `1,23,456.70`; a price on a finer tick keeps its third and fourth decimal. */
export function formatPrice(price: Rupees): string {
  const finer = (Math.round(Math.abs(price) * 10_000) % 100).toString().padStart(2, '0').replace(/0+$/, '');
  if (finer === '') return formatRupees(toPaise(price));
  return `${formatRupees(Math.trunc(Math.round(price * 10_000) / 100))}${finer}`;
}

/** `₹1,23,456.70`, `-₹50.00`. */
export function formatMoney(paise: Paise): string {
  return paise < 0 ? `-₹${formatRupees(-paise)}` : `₹${formatRupees(paise)}`;
}

/** A result: `+₹120.00`, `-₹50.00`, `₹0.00`. */
export function formatResult(paise: Paise): string {
  return paise > 0 ? `+${formatMoney(paise)}` : formatMoney(paise);
}

/** Indian grouping without decimals: `1,25,000`. */
export function formatUnits(units: number): string {
  return formatRupees(units * 100).slice(0, -'.00'.length);
}

/** At most two decimals. */
export function formatPercent(percent: number): string {
  return `${Number(percent.toFixed(2))}%`;
}

/** `+0.55%`, `-1.2%`, `0%`. */
export function formatChange(percent: number): string {
  const text = formatPercent(percent);
  if (Number.parseFloat(text) === 0) return '0%';
  return percent > 0 ? `+${text}` : text;
}
