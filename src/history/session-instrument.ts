import { DataError } from '../core/errors.ts';
import type { InstrumentId } from '../core/ids.ts';
import { parseInstrumentId } from '../core/instrument.ts';
import type { MarketCalendar, SessionInstrument } from '../core/market-session.ts';
import { type CandleAudit, type VerifiableCandles, verifyCandles } from './verify-candles.ts';

/**
 * The trading hours a file's candles keep, and the audit by them. An id does not say whether a share has futures and options,
 * on which its hours depend from August 2026; the hours that explain the candles better are taken.
 */
export function auditByBestHours(
  candles: VerifiableCandles,
  instrumentId: InstrumentId,
  calendar: MarketCalendar,
): { readonly instrument: SessionInstrument; readonly audit: CandleAudit } {
  const audits = candidatesFor(instrumentId).map((instrument) => {
    const audit = verifyCandles(candles, instrument, calendar);
    return { instrument, audit, faults: audit.missingCandles + audit.outsideSession };
  });
  const [best] = audits.sort((a, b) => a.faults - b.faults);
  if (best === undefined) throw new DataError(`Expected an instrument like "NSE:RELIANCE", found "${instrumentId}"`);
  return best;
}

function candidatesFor(instrumentId: InstrumentId): SessionInstrument[] {
  const parsed = parseInstrumentId(instrumentId);
  if (parsed === undefined) return [];
  const { exchange, symbol, isFuture, optionType } = parsed;
  if (isFuture) return [{ exchange, symbol, kind: 'FUTURE', hasDerivatives: false }];
  if (optionType !== null) return [{ exchange, symbol, kind: 'OPTION', hasDerivatives: false }];
  return [false, true].map((hasDerivatives) => ({ exchange, symbol, kind: 'EQUITY', hasDerivatives }));
}
