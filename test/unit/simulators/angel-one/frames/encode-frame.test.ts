import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { InstrumentId } from '../../../../../src/core/ids.ts';
import type { Instrument } from '../../../../../src/core/instrument.ts';
import { encodeFrame } from '../../../../../src/simulators/angel-one/frames/encode-frame.ts';
import type { SimulatedListing, SimulatedQuote } from '../../../../../src/simulators/angel-one/parts.ts';

const NINE_THIRTY = 1_786_939_215_250;

const infosys: SimulatedListing = {
  instrument: instrumentOf({ id: 'NSE:INFY' as InstrumentId, symbol: 'INFY' }),
  segment: 'NSE',
  token: '1594',
  tradingSymbol: 'INFY-EQ',
};

const option: SimulatedListing = {
  instrument: instrumentOf({
    id: 'NFO:NIFTY:2026-11-24:26000:CE' as InstrumentId,
    exchange: 'NFO',
    symbol: 'NIFTY',
    kind: 'OPTION',
    lotSize: 75,
  }),
  segment: 'NFO',
  token: '54321',
  tradingSymbol: 'NIFTY24NOV2626000CE',
};

test('writes the LTP vector byte for byte', () => {
  const quote = quoteOf(infosys, { time: NINE_THIRTY, lastPrice: 1523.45 }, { sequence: 4821 });
  expect(encodeFrame(1, quote).toString('hex')).toBe(
    '010131353934000000000000000000000000000000000000000000d512000000000000928de00da00100001953020000000000',
  );
});

test('writes the Quote vector byte for byte', () => {
  const quote = quoteOf(
    infosys,
    { time: NINE_THIRTY + 1_000, lastPrice: 1523.5, volume: 1_843_210 },
    {
      sequence: 4822,
      lastQuantity: 7,
      averagePrice: 1521.1,
      totalBuyQuantity: 250_417,
      totalSellQuantity: 301_992,
      open: 1519,
      high: 1526,
      low: 1517.5,
      previousClose: 1516.2,
    },
  );
  expect(encodeFrame(2, quote).toString('base64')).toBe(
    'AgExNTk0AAAAAAAAAAAAAAAAAAAAAAAAAAAA1hIAAAAAAAB6keANoAEAAB5TAgAAAAAABwAAAAAAAAAuUgIAAAAAAAogHAAAAAAAAAAAAIiRDkEAAAAAoG4SQVxRAgAAAAAAGFQCAAAAAADGUAIAAAAAAERQAgAAAAAA',
  );
});

test('writes the SnapQuote vector byte for byte', () => {
  const frame = encodeFrame(3, snapQuote());
  expect(frame.toString('base64')).toBe(
    'AwI1NDMyMQAAAAAAAAAAAAAAAAAAAAAAAAAA1xIAAAAAAABileANoAEAAE1JAAAAAAAASwAAAAAAAADQSAAAAAAAAELsDQAAAAAAAAAAAOkSM0EAAAAAWHouQRhHAAAAAAAApkoAAAAAAACHRgAAAAAAAEZGAAAAAAAAUIeCagAAAAAD5UQAAAAAAAAAAAAAAAAAAQBLAAAAAAAAAEhJAAAAAAAAAQABAJYAAAAAAAAAQ0kAAAAAAAACAAEA4QAAAAAAAAA+SQAAAAAAAAMAAQAsAQAAAAAAADlJAAAAAAAABAABAHcBAAAAAAAANEkAAAAAAAAFAAAAlgAAAAAAAABSSQAAAAAAAAIAAAAsAQAAAAAAAFdJAAAAAAAAAwAAAMIBAAAAAAAAXEkAAAAAAAAEAAAAWAIAAAAAAABhSQAAAAAAAAUAAADuAgAAAAAAAGZJAAAAAAAABgCUjgAAAAAAAAUAAAAAAAAAEKQAAAAAAADXDwAAAAAAAA==',
  );
  expect(createHash('sha256').update(frame).digest('hex')).toBe(
    '92271fa2e5fc771d490376fe3511dfbfb6d2fe375b352b3225d7e7b070fa0d2e',
  );
});

test('a longer packet before it leaves no trace in the next one', () => {
  encodeFrame(3, snapQuote());
  const bare = quoteOf(infosys, { time: NINE_THIRTY, lastPrice: 1523.45, bid: null, ask: null }, { sequence: 1 });
  const frame = encodeFrame(3, bare);
  expect(frame.length).toBe(379);
  expect(frame.toString('latin1', 2, 27).replaceAll('\0', ''), 'only its own token').toBe('1594');
  expect(frame.readInt16LE(147), 'the flag of an empty buy level').toBe(1);
  expect(frame.readBigInt64LE(149)).toBe(0n);
  expect(frame.readBigInt64LE(157)).toBe(0n);
  expect(frame.readInt16LE(165)).toBe(0);
});

test('currency derivatives are in ten-millionths of a rupee', () => {
  const dollar: SimulatedListing = {
    instrument: instrumentOf({
      id: 'CDS:USDINR:2026-11-27:FUT' as InstrumentId,
      exchange: 'CDS',
      kind: 'FUTURE',
      tickSize: 0.0025,
    }),
    segment: 'CDS',
    token: '1234',
    tradingSymbol: 'USDINR26NOVFUT',
  };
  const frame = encodeFrame(3, quoteOf(dollar, { lastPrice: 84.4225, bid: 84.42, ask: 84.4225 }, { open: 84.1 }));
  expect(frame[1]).toBe(13);
  expect(frame.readBigInt64LE(43)).toBe(844_225_000n);
  expect(frame.readBigInt64LE(91)).toBe(841_000_000n);
  expect(frame.readBigInt64LE(157 + 20), 'second buy level, a tick lower').toBe(844_175_000n);
});

test('an index has neither quantities nor depth nor a sequence', () => {
  const nifty: SimulatedListing = {
    instrument: instrumentOf({ id: 'NSE:NIFTY 50' as InstrumentId, kind: 'INDEX' }),
    segment: 'NSE',
    token: '99926000',
    tradingSymbol: 'Nifty 50',
  };
  const frame = encodeFrame(
    3,
    quoteOf(
      nifty,
      { lastPrice: 25_901.35, volume: 5, openInterest: 9, bid: 25_901, ask: 25_902 },
      { sequence: 77, lastQuantity: 3, averagePrice: 25_900, totalBuyQuantity: 4, totalSellQuantity: 4, open: 25_800 },
    ),
  );
  expect(frame.readBigInt64LE(27)).toBe(0n);
  expect(frame.readBigInt64LE(43)).toBe(2_590_135n);
  for (const at of [51, 59, 67, 131]) expect(frame.readBigInt64LE(at), `offset ${at}`).toBe(0n);
  for (const at of [75, 83]) expect(frame.readDoubleLE(at)).toBe(0);
  expect(frame.readBigInt64LE(91), 'the day is told').toBe(2_580_000n);
  for (let level = 0; level < 10; level++) expect(frame.readBigInt64LE(157 + 20 * level)).toBe(0n);
});

test('the open interest of a cash share is a number without meaning', () => {
  const frame = encodeFrame(3, quoteOf(infosys, { openInterest: null }));
  expect(frame.readBigInt64LE(131)).toBeGreaterThan(1_000_000_000_000n);
});

test('writes into the room it is given and refuses too little', () => {
  const room = Buffer.alloc(400, 0xff);
  const frame = encodeFrame(1, quoteOf(infosys), room);
  expect(frame.length).toBe(51);
  expect(frame.buffer).toBe(room.buffer);
  expect(room[51], 'nothing behind the packet is touched').toBe(0xff);
  expect(() => encodeFrame(2, quoteOf(infosys), Buffer.alloc(122))).toThrow('Expected room for 123 bytes, found 122');
});

function snapQuote(): SimulatedQuote {
  return quoteOf(
    option,
    {
      time: NINE_THIRTY + 2_000,
      lastPrice: 187.65,
      volume: 912_450,
      openInterest: 4_515_075,
      bid: 187.6,
      ask: 187.7,
    },
    {
      sequence: 4823,
      lastQuantity: 75,
      averagePrice: 186.4,
      totalBuyQuantity: 1_250_025,
      totalSellQuantity: 998_700,
      open: 182,
      high: 191.1,
      low: 180.55,
      previousClose: 179.9,
      lastTradeTime: 1_786_939_216_900,
      upperCircuit: 365,
      lowerCircuit: 0.05,
      yearHigh: 420,
      yearLow: 40.55,
    },
  );
}

function instrumentOf(changes: Partial<Instrument>): Instrument {
  return {
    id: 'NSE:X' as InstrumentId,
    exchange: 'NSE',
    symbol: 'X',
    name: 'X',
    kind: 'EQUITY',
    tickSize: 0.05,
    lotSize: 1,
    freezeQuantity: null,
    expiry: null,
    strike: null,
    optionType: null,
    underlying: null,
    hasDerivatives: true,
    ...changes,
  };
}

function quoteOf(
  listing: SimulatedListing,
  tick: Partial<SimulatedQuote['tick']> = {},
  rest: Partial<SimulatedQuote> = {},
): SimulatedQuote {
  return {
    listing,
    tick: {
      instrumentId: listing.instrument.id,
      time: NINE_THIRTY,
      lastPrice: 100,
      volume: 0,
      openInterest: null,
      bid: 99.95,
      ask: 100.05,
      sequence: 1,
      ...tick,
    },
    sequence: 1,
    lastQuantity: 0,
    averagePrice: 0,
    open: 0,
    high: 0,
    low: 0,
    previousClose: 0,
    totalBuyQuantity: 0,
    totalSellQuantity: 0,
    lastTradeTime: NINE_THIRTY,
    lowerCircuit: 0,
    upperCircuit: 0,
    ...rest,
  };
}
