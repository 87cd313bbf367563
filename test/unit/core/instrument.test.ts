import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXCHANGES, parseInstrumentId } from '../../../src/core/instrument.ts';
import { formatDay } from '../../../src/core/time.ts';

describe('parseInstrumentId', () => {
  it('reads a share and an index', () => {
    expect(parseInstrumentId('NSE:RELIANCE')).toEqual({
      id: 'NSE:RELIANCE',
      exchange: 'NSE',
      symbol: 'RELIANCE',
      expiry: null,
      strike: null,
      optionType: null,
      isFuture: false,
    });
    expect(parseInstrumentId('NSE:NIFTY 50')?.symbol).toBe('NIFTY 50');
    expect(parseInstrumentId('NSE:M&M')?.symbol).toBe('M&M');
    expect(parseInstrumentId('NSE:BAJAJ-AUTO')?.symbol).toBe('BAJAJ-AUTO');
  });

  it('reads a future', () => {
    expect(parseInstrumentId('NFO:NIFTY:2026-11-24:FUT')).toEqual({
      id: 'NFO:NIFTY:2026-11-24:FUT',
      exchange: 'NFO',
      symbol: 'NIFTY',
      expiry: '2026-11-24',
      strike: null,
      optionType: null,
      isFuture: true,
    });
  });

  it('reads an option, fractional strikes included', () => {
    expect(parseInstrumentId('NFO:NIFTY:2026-11-24:26000:CE')).toEqual({
      id: 'NFO:NIFTY:2026-11-24:26000:CE',
      exchange: 'NFO',
      symbol: 'NIFTY',
      expiry: '2026-11-24',
      strike: 26_000,
      optionType: 'CE',
      isFuture: false,
    });
    expect(parseInstrumentId('CDS:USDINR:2026-11-26:88.25:PE')?.strike).toBe(88.25);
  });

  it.each([
    '',
    'RELIANCE',
    'NSE:',
    'NSE: RELIANCE',
    'NSE:RELIANCE ',
    'nse:RELIANCE',
    'NYSE:IBM',
    'NFO:NIFTY:2026-11-24',
    'NFO:NIFTY:2026-02-30:FUT',
    'NFO:NIFTY:24NOV2026:FUT',
    'NFO:NIFTY:2026-11-24:FUT:CE',
    'NFO:NIFTY:2026-11-24:26000',
    'NFO:NIFTY:2026-11-24:26000:XX',
    'NFO:NIFTY:2026-11-24:0:CE',
    'NFO:NIFTY:2026-11-24:-5:CE',
    'NFO:NIFTY:2026-11-24:abc:CE',
    'NFO:NIFTY:2026-11-24::CE',
    'NFO:NIFTY:2026-11-24:26000:CE:1',
  ])('refuses "%s"', (text) => {
    expect(parseInstrumentId(text)).toBeUndefined();
  });

  it('keeps the parts of any option', () => {
    const symbol = fc.stringMatching(/^[A-Z0-9&-]{1,12}$/);
    const expiry = fc.integer({ min: 19_000, max: 25_000 }).map(formatDay);
    const strike = fc.integer({ min: 1, max: 4_000_000 }).map((steps) => steps / 20);
    fc.assert(
      fc.property(
        fc.constantFrom(...EXCHANGES),
        symbol,
        expiry,
        strike,
        fc.constantFrom('CE', 'PE'),
        (exchange, name, day, price, optionType) => {
          const text = `${exchange}:${name}:${day}:${price}:${optionType}`;
          expect(parseInstrumentId(text)).toEqual({
            id: text,
            exchange,
            symbol: name,
            expiry: day,
            strike: price,
            optionType,
            isFuture: false,
          });
        },
      ),
    );
  });
});
