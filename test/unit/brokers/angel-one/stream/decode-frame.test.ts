import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FRAME_REFUSALS,
  FrameDecoder,
  type FrameRefusal,
} from '../../../../../src/brokers/angel-one/stream/decode-frame.ts';
import { EXCHANGE_TYPES, SEGMENTS, type Segment, TokenBook } from '../../../../../src/brokers/angel-one/token-book.ts';
import { createRandom } from '../../../../../src/simulation/random.ts';
import { FRAME_TIME, type FrameLevel, frameOf, idOf, listed } from './listed.ts';

const BOOK = new TokenBook([
  listed('NSE', '1594'),
  listed('NSE', '99926000', 'INDEX'),
  listed('NFO', '54321', 'OPTION'),
  listed('NFO', '1594', 'FUTURE'),
  listed('BSE', '500325'),
  listed('BFO', '812345', 'OPTION'),
  listed('MCX', '430268', 'FUTURE'),
  listed('CDS', '10091', 'FUTURE'),
  listed('NSE', '007'),
  listed('NSE', '7'),
  listed('NSE', 'ABC-12'),
  listed('NSE', '12345678901234'),
  listed('NSE', '1234567890123456789012345'),
  listed('NSE', '0'),
]);
const LTP_HEX =
  '010131353934000000000000000000000000000000000000000000d512000000000000928de00da00100001953020000000000';
const QUOTE_BASE64 =
  'AgExNTk0AAAAAAAAAAAAAAAAAAAAAAAAAAAA1hIAAAAAAAB6keANoAEAAB5TAgAAAAAABwAAAAAAAAAuUgIAAAAAAAogHAAAAAAAAAAAAIiRDkEAAAAAoG4SQVxRAgAAAAAAGFQCAAAAAADGUAIAAAAAAERQAgAAAAAA';
const SNAP_BASE64 =
  'AwI1NDMyMQAAAAAAAAAAAAAAAAAAAAAAAAAA1xIAAAAAAABileANoAEAAE1JAAAAAAAASwAAAAAAAADQSAAAAAAAAELsDQAAAAAAAAAAAOkSM0EAAAAAWHouQRhHAAAAAAAApkoAAAAAAACHRgAAAAAAAEZGAAAAAAAAUIeCagAAAAAD5UQAAAAAAAAAAAAAAAAAAQBLAAAAAAAAAEhJAAAAAAAAAQABAJYAAAAAAAAAQ0kAAAAAAAACAAEA4QAAAAAAAAA+SQAAAAAAAAMAAQAsAQAAAAAAADlJAAAAAAAABAABAHcBAAAAAAAANEkAAAAAAAAFAAAAlgAAAAAAAABSSQAAAAAAAAIAAAAsAQAAAAAAAFdJAAAAAAAAAwAAAMIBAAAAAAAAXEkAAAAAAAAEAAAAWAIAAAAAAABhSQAAAAAAAAUAAADuAgAAAAAAAGZJAAAAAAAABgCUjgAAAAAAAAUAAAAAAAAAEKQAAAAAAADXDwAAAAAAAA==';

describe('FrameDecoder on the vectors of the protocol', () => {
  it('reads an LTP packet', () => {
    expect(new FrameDecoder(BOOK).decode(Buffer.from(LTP_HEX, 'hex'))).toEqual({
      instrumentId: idOf('NSE', '1594'),
      time: 1_786_939_215_250,
      lastPrice: 1523.45,
      volume: 0,
      openInterest: null,
      bid: null,
      ask: null,
      sequence: 4821,
    });
  });

  it('reads a Quote packet', () => {
    expect(new FrameDecoder(BOOK).decode(Buffer.from(QUOTE_BASE64, 'base64'))).toEqual({
      instrumentId: idOf('NSE', '1594'),
      time: 1_786_939_216_250,
      lastPrice: 1523.5,
      volume: 1_843_210,
      openInterest: null,
      bid: null,
      ask: null,
      sequence: 4822,
    });
  });

  it('reads a SnapQuote packet', () => {
    const packet = Buffer.from(SNAP_BASE64, 'base64');
    expect(createHash('sha256').update(packet).digest('hex')).toBe(
      '92271fa2e5fc771d490376fe3511dfbfb6d2fe375b352b3225d7e7b070fa0d2e',
    );
    expect(new FrameDecoder(BOOK).decode(packet)).toEqual({
      instrumentId: idOf('NFO', '54321'),
      time: 1_786_939_217_250,
      lastPrice: 187.65,
      volume: 912_450,
      openInterest: 4_515_075,
      bid: 187.6,
      ask: 187.7,
      sequence: 4823,
    });
  });
});

describe('FrameDecoder', () => {
  const decode = (packet: Uint8Array) => new FrameDecoder(BOOK).decode(packet);
  const refusalOf = (packet: Uint8Array): FrameRefusal | undefined => {
    const decoder = new FrameDecoder(BOOK);
    expect(decoder.decode(packet)).toBeUndefined();
    return FRAME_REFUSALS.find((reason) => decoder.refusals[reason] === 1);
  };

  it('divides currency derivatives by ten million', () => {
    const packet = frameOf({
      mode: 3,
      exchangeType: 13,
      token: '10091',
      price: 881_234_500,
      levels: [
        { flag: 1, price: 881_225_000 },
        ...Array<FrameLevel>(4).fill({ flag: 1, price: 0 }),
        { flag: 0, price: 881_250_000 },
      ],
    });
    expect(decode(packet)).toMatchObject({ lastPrice: 88.12345, bid: 88.1225, ask: 88.125 });
  });

  it('keeps tokens of different segments apart', () => {
    expect(decode(frameOf({ mode: 1, exchangeType: 1, token: '1594' }))?.instrumentId).toBe('NSE:1594');
    expect(decode(frameOf({ mode: 1, exchangeType: 2, token: '1594' }))?.instrumentId).toBe('NFO:1594');
    expect(refusalOf(frameOf({ mode: 1, exchangeType: 3, token: '1594' }))).toBe('unknown-token');
  });

  it('finds tokens that are no plain numbers', () => {
    for (const token of ['007', '7', '0', 'ABC-12', '12345678901234', '1234567890123456789012345']) {
      expect(decode(frameOf({ mode: 1, exchangeType: 1, token }))?.instrumentId).toBe(`NSE:${token}`);
    }
    expect(refusalOf(frameOf({ mode: 1, exchangeType: 1, token: '07' }))).toBe('unknown-token');
    expect(refusalOf(frameOf({ mode: 1, exchangeType: 1, token: 'ABC-1' }))).toBe('unknown-token');
  });

  it('reads no further than the first NUL of a token', () => {
    expect(decode(frameOf({ mode: 1, exchangeType: 1, token: '1594\0junk' }))?.instrumentId).toBe('NSE:1594');
    expect(decode(frameOf({ mode: 1, exchangeType: 1, token: 'ABC-12\0junk' }))?.instrumentId).toBe('NSE:ABC-12');
  });

  it.each<[FrameRefusal, Uint8Array]>([
    ['too-short', Buffer.alloc(0)],
    ['too-short', Buffer.from(LTP_HEX, 'hex').subarray(0, 50)],
    ['too-short', Buffer.from(QUOTE_BASE64, 'base64').subarray(0, 122)],
    ['too-short', Buffer.from(SNAP_BASE64, 'base64').subarray(0, 378)],
    ['unknown-mode', frameOf({ mode: 5, exchangeType: 1, token: '1594' })],
    ['unknown-mode', frameOf({ mode: 0, exchangeType: 1, token: '1594' })],
    ['withdrawn-depth', frameOf({ mode: 4, exchangeType: 1, token: '1594' })],
    ['unknown-segment', frameOf({ mode: 1, exchangeType: 7, token: '1594' })],
    ['unknown-segment', frameOf({ mode: 1, exchangeType: 255, token: '1594' })],
    ['bad-token', frameOf({ mode: 1, exchangeType: 1, token: '' })],
    ['bad-token', frameOf({ mode: 1, exchangeType: 1, token: '15 94' })],
    ['bad-token', frameOf({ mode: 1, exchangeType: 1, token: '15\u00ff' })],
    ['unknown-token', frameOf({ mode: 1, exchangeType: 1, token: '1595' })],
    ['bad-price', frameOf({ mode: 1, exchangeType: 1, token: '1594', price: 0 })],
    ['bad-price', frameOf({ mode: 1, exchangeType: 1, token: '1594', price: -1 })],
    ['bad-price', frameOf({ mode: 1, exchangeType: 1, token: '1594', price: 2n ** 53n })],
    ['bad-price', frameOf({ mode: 1, exchangeType: 1, token: '1594', price: 100_000_000_001 })],
    ['bad-time', frameOf({ mode: 1, exchangeType: 1, token: '1594', time: 0 })],
    ['bad-time', frameOf({ mode: 1, exchangeType: 1, token: '1594', time: 1_786_939_215 })],
    ['bad-time', frameOf({ mode: 1, exchangeType: 1, token: '1594', time: Date.UTC(2100, 0, 1) })],
    ['bad-time', frameOf({ mode: 1, exchangeType: 1, token: '1594', time: -(2n ** 63n) })],
    ['bad-volume', frameOf({ mode: 2, exchangeType: 1, token: '1594', volume: -1 })],
    ['bad-volume', frameOf({ mode: 3, exchangeType: 1, token: '1594', volume: 2n ** 62n })],
  ])('refuses and counts: %s (%#)', (reason, packet) => {
    expect(refusalOf(packet)).toBe(reason);
  });

  it('takes longer packets than the layout needs', () => {
    for (const packet of [
      Buffer.from(LTP_HEX, 'hex'),
      Buffer.from(QUOTE_BASE64, 'base64'),
      Buffer.from(SNAP_BASE64, 'base64'),
    ]) {
      expect(decode(Buffer.concat([packet, Buffer.alloc(40, 0xff)]))).toEqual(decode(packet));
    }
  });

  it('believes no volume, open interest, depth or sequence of an index', () => {
    const packet = frameOf({
      mode: 3,
      exchangeType: 1,
      token: '99926000',
      volume: -9,
      openInterest: 5,
      sequence: 77,
      levels: [{ flag: 1, price: 100 }],
    });
    expect(decode(packet)).toEqual({
      instrumentId: 'NSE:99926000',
      time: FRAME_TIME,
      lastPrice: 1523.45,
      volume: 0,
      openInterest: null,
      bid: null,
      ask: null,
      sequence: null,
    });
  });

  it('gives open interest to derivatives only', () => {
    expect(
      decode(frameOf({ mode: 3, exchangeType: 1, token: '1594', openInterest: 1_327_104_000_512 }))?.openInterest,
    ).toBeNull();
    expect(decode(frameOf({ mode: 3, exchangeType: 5, token: '430268', openInterest: 42 }))?.openInterest).toBe(42);
    const decoder = new FrameDecoder(BOOK);
    expect(
      decoder.decode(frameOf({ mode: 3, exchangeType: 5, token: '430268', openInterest: -1 }))?.openInterest,
    ).toBeNull();
    expect(decoder.droppedFields['open-interest']).toBe(1);
  });

  it('takes a sequence of zero for none', () => {
    expect(decode(frameOf({ mode: 1, exchangeType: 1, token: '1594', sequence: 0 }))?.sequence).toBeNull();
    expect(decode(frameOf({ mode: 1, exchangeType: 1, token: '1594', sequence: -5 }))?.sequence).toBeNull();
  });

  it('tells buys from sells by the flag, wherever they stand', () => {
    const mixed = [
      { flag: 0, price: 10_100 },
      { flag: 1, price: 10_000 },
    ];
    expect(decode(frameOf({ mode: 3, exchangeType: 1, token: '1594', levels: mixed }))).toMatchObject({
      bid: 100,
      ask: 101,
    });
  });

  it('has no bid or ask where no level is priced', () => {
    expect(decode(frameOf({ mode: 3, exchangeType: 1, token: '1594' }))).toMatchObject({ bid: null, ask: null });
    expect(
      decode(frameOf({ mode: 3, exchangeType: 1, token: '1594', levels: [{ flag: 1, price: 10_000 }] })),
    ).toMatchObject({ bid: 100, ask: null });
  });

  it('gives neither bid nor ask of a crossed book', () => {
    const decoder = new FrameDecoder(BOOK);
    const crossed = [
      { flag: 1, price: 10_100 },
      { flag: 0, price: 10_000 },
    ];
    expect(decoder.decode(frameOf({ mode: 3, exchangeType: 1, token: '1594', levels: crossed }))).toMatchObject({
      bid: null,
      ask: null,
    });
    expect(decoder.droppedFields['crossed-depth']).toBe(1);
  });

  it('gives back what was encoded', () => {
    const known: readonly (readonly [Segment, string])[] = [
      ['NSE', '1594'],
      ['NFO', '54321'],
      ['BSE', '500325'],
      ['BFO', '812345'],
      ['MCX', '430268'],
      ['CDS', '10091'],
    ];
    const units = fc.integer({ min: 1, max: 100_000_000_000 });
    fc.assert(
      fc.property(
        fc.constantFrom(...known),
        fc.constantFrom(1, 2, 3),
        fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
        fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2100, 0, 1) - 1 }),
        units,
        fc.maxSafeNat(),
        fc.maxSafeNat(),
        units,
        units,
        ([segment, token], mode, sequence, time, price, volume, openInterest, a, b) => {
          const scale = segment === 'CDS' ? 10_000_000 : 100;
          const [bid, ask] = [Math.min(a, b), Math.max(a, b)];
          const levels = [...Array(5).keys()].map((i) => ({ flag: 1, price: Math.max(0, bid - i) }));
          levels.push(...[...Array(5).keys()].map((i) => ({ flag: 0, price: ask + i })));
          const packet = frameOf({
            mode,
            exchangeType: EXCHANGE_TYPES[segment],
            token,
            sequence,
            time,
            price,
            volume,
            openInterest,
            levels,
          });
          const hasOpenInterest = segment !== 'NSE' && segment !== 'BSE';
          expect(new FrameDecoder(BOOK).decode(packet)).toEqual({
            instrumentId: `${segment}:${token}`,
            time,
            lastPrice: price / scale,
            volume: mode === 1 ? 0 : volume,
            openInterest: mode === 3 && hasOpenInterest ? openInterest : null,
            bid: mode === 3 ? bid / scale : null,
            ask: mode === 3 ? ask / scale : null,
            sequence,
          });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('survives a million mutated, cut and random packets without a bad tick', () => {
    const random = createRandom('packets');
    const sources = SEGMENTS.flatMap((segment) =>
      [1, 2, 3].map((mode) =>
        frameOf({
          mode,
          exchangeType: EXCHANGE_TYPES[segment],
          token: [...BOOK.all()].find((each) => each.segment === segment)?.token ?? '',
          volume: 900,
          openInterest: 70,
          levels: [
            { flag: 1, price: 10_000 },
            { flag: 0, price: 10_005 },
          ],
        }),
      ),
    );
    const decoder = new FrameDecoder(BOOK);
    const scratch = Buffer.alloc(512);
    let bad = 0;
    let ticks = 0;
    for (let i = 0; i < 1_000_000; i++) {
      const source = sources[i % sources.length] ?? scratch;
      let length = source.copy(scratch);
      const kind = random.below(4);
      if (kind === 0) length = random.below(length + 20);
      else if (kind === 1)
        for (let at = 0; at < length; at += 4) scratch.writeUInt32LE(random.below(2 ** 32), Math.min(at, length - 4));
      // Few enough that many packets still mean something.
      else for (let n = 1 + random.below(3); n > 0; n--) scratch[random.below(length)] = random.below(256);
      const tick = decoder.decode(scratch.subarray(0, length));
      if (tick === undefined) continue;
      ticks++;
      const { lastPrice, volume, time, bid, ask, openInterest, sequence } = tick;
      const isGood =
        lastPrice > 0 &&
        lastPrice <= 1e9 &&
        volume >= 0 &&
        volume <= Number.MAX_SAFE_INTEGER &&
        Number.isInteger(time) &&
        time >= Date.UTC(2000, 0, 1) &&
        time < Date.UTC(2100, 0, 1) &&
        (bid === null || (bid > 0 && bid <= 1e9)) &&
        (ask === null || (ask > 0 && ask <= 1e9)) &&
        (openInterest === null || (openInterest >= 0 && Number.isSafeInteger(openInterest))) &&
        (sequence === null || (sequence > 0 && Number.isSafeInteger(sequence))) &&
        BOOK.byId(tick.instrumentId) !== undefined;
      if (!isGood) bad++;
    }
    expect(bad).toBe(0);
    const refused = FRAME_REFUSALS.reduce((sum, reason) => sum + decoder.refusals[reason], 0);
    expect(ticks + refused, 'every packet is a tick or counted').toBe(1_000_000);
    expect(ticks).toBeGreaterThan(100_000);
    for (const reason of FRAME_REFUSALS) expect(decoder.refusals[reason], reason).toBeGreaterThan(0);
  });
});
