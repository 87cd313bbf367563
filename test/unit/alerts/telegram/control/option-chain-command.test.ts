import { describe, expect, it } from 'vitest';
import type { ControlDesk } from '../../../../../src/alerts/telegram/control/bot-command.ts';
import { OPTION_CHAIN_COMMAND } from '../../../../../src/alerts/telegram/control/option-chain-command.ts';
import { chainTable, strikesAround, unpricedWords } from '../../../../../src/alerts/views/option-chain.ts';
import type { InstrumentId } from '../../../../../src/core/ids.ts';
import { listedOptions } from '../../../../../src/worker/listed-options.ts';
import { buildDesk, textOf } from '../../../../support/build-desk.ts';
import { ist, testInstrument } from '../../../../support/fixed-calendar.ts';

const NIFTY = testInstrument('NSE:NIFTY 50', { kind: 'INDEX' });
const NOW = ist('2026-11-17', '11:32:05');

function option(expiry: string, strike: number, optionType: 'CE' | 'PE') {
  const contract = { exchange: 'NFO', symbol: 'NIFTY', kind: 'OPTION', underlying: NIFTY.id } as const;
  return testInstrument(`NFO:NIFTY:${expiry}:${strike}:${optionType}`, { ...contract, expiry, strike, optionType });
}

function chainOf(expiry: string, from: number, to: number) {
  const strikes = Array.from({ length: (to - from) / 100 + 1 }, (_, index) => from + index * 100);
  return strikes.flatMap((strike) => [option(expiry, strike, 'CE'), option(expiry, strike, 'PE')]);
}

const LISTED = [
  NIFTY,
  ...chainOf('2026-11-10', 25_000, 25_200),
  ...chainOf('2026-12-01', 25_000, 27_000),
  ...chainOf('2026-11-24', 25_000, 27_000),
];

function quote(id: string, lastPrice: number, changes: { time?: number; openInterest?: number | null } = {}) {
  const rest = { time: NOW - 1_000, bid: null, ask: null, volume: 0, openInterest: null, ...changes };
  return { instrumentId: id as InstrumentId, lastPrice, ...rest };
}

type Quotes = readonly ReturnType<typeof quote>[];

function deskWith(stored: Quotes, asked: Quotes | ControlDesk['quotes'] = []) {
  const among = (quotes: Quotes, ids: readonly InstrumentId[]) =>
    quotes.filter(({ instrumentId }) => ids.includes(instrumentId));
  return buildDesk({
    views: { quotesOf: async (ids) => among(stored, ids) },
    options: listedOptions(LISTED),
    quotes:
      'quotesOf' in asked ? asked : { quotesOf: async (ids) => ({ kind: 'done', value: among(asked, ids) }) as const },
  });
}

async function ask(desk: ControlDesk, ...args: readonly string[]): Promise<string> {
  return textOf(await OPTION_CHAIN_COMMAND.run(args, desk));
}

describe('strikesAround', () => {
  const contracts = chainOf('2026-11-24', 25_000, 27_000).map(({ id, strike, optionType }) => ({
    ...{ instrumentId: id, strike: strike ?? 0, optionType: optionType ?? 'CE' },
  }));

  it.each([
    [25_749, 25_700],
    [25_750, 25_700],
    [25_751, 25_800],
    [1, 25_000],
    [99_999, 27_000],
  ])('with %d finds %d at the money', (spot, wanted) => {
    const strikes = strikesAround(contracts, spot, 2);
    expect(strikes.filter(({ isAtTheMoney }) => isAtTheMoney).map(({ strike }) => strike)).toEqual([wanted]);
  });

  it('takes as many on each side as there are, whatever order they come in', () => {
    const strikesOf = (spot: number | null) =>
      strikesAround(contracts.toReversed(), spot, 2).map(({ strike }) => strike);
    expect(strikesOf(26_000)).toEqual([25_800, 25_900, 26_000, 26_100, 26_200]);
    expect(strikesOf(25_020)).toEqual([25_000, 25_100, 25_200]);
    expect(strikesOf(null), 'the middle one').toEqual([25_800, 25_900, 26_000, 26_100, 26_200]);
    expect(strikesAround(contracts, null, 2).some(({ isAtTheMoney }) => isAtTheMoney)).toBe(false);
    expect(strikesAround([], 26_000, 2)).toEqual([]);
  });
});

describe('chainTable', () => {
  const id = (text: string) => text as InstrumentId;
  const strikes = [
    { strike: 25_700, call: id('a'), put: id('b'), isAtTheMoney: true },
    { strike: 105_800.5, call: id('c'), put: null, isAtTheMoney: false },
  ];

  it('sets columns under each other, and shortens open interest', () => {
    const quotes = new Map([
      [id('a'), { lastPrice: 1_152.4, openInterest: 1_02_44_000 }],
      [id('b'), { lastPrice: 8.05, openInterest: 45_12_950 }],
      [id('c'), { lastPrice: 0.05, openInterest: 1_372 }],
    ]);
    expect(chainTable(strikes, quotes)).toEqual([
      '    OI    call   strike   put    OI',
      '1.02Cr 1152.40    25700* 8.05 45.1L',
      ' 1.37K    0.05 105800.5     -     -',
    ]);
    expect(unpricedWords(strikes, quotes), 'a put that is not listed needs no price').toBe('');
  });

  it('leaves open interest out where none is known, and names what has no price', () => {
    const quotes = new Map([[id('a'), { lastPrice: 12, openInterest: null }]]);
    expect(chainTable(strikes, quotes)[0]).toMatch(/^ *call +strike +put$/);
    expect(unpricedWords(strikes, quotes)).toBe('calls 105800.5; puts 25700');
  });

  it.each([
    [0, '0'],
    [999, '999'],
    [1_000, '1K'],
    [99_999, '100K'],
    [1_00_000, '1L'],
    [1_00_00_000, '1Cr'],
  ])('writes %d contracts as %s', (openInterest, written) => {
    const [, row = ''] = chainTable(strikes.slice(0, 1), new Map([[id('a'), { lastPrice: 1, openInterest }]]));
    expect(row.trim().split(/ +/)[0]).toBe(written);
  });
});

describe('/optionchain', () => {
  it('shows the nearest expiry that is not over around the money, in columns of one width', async () => {
    const call = 'NFO:NIFTY:2026-11-24:25700:CE';
    const desk = deskWith(
      [quote(NIFTY.id, 25_732.4), quote(call, 150, { time: NOW - 90_000, openInterest: 1_300 })],
      [quote(call, 152.4, { openInterest: 65_000 }), quote('NFO:NIFTY:2026-11-24:25800:PE', 98)],
    );
    const reply = await OPTION_CHAIN_COMMAND.run(['nifty'], desk);
    if (reply.kind !== 'lines') throw new Error('Expected lines');
    const table = reply.lines.filter(({ look }) => look === 'mono').map(({ text }) => text);
    expect(reply.lines[0]).toEqual({ look: 'bold', text: 'NIFTY 2026-11-24: 25,732.40 at 11:32:04' });
    expect(table).toHaveLength(1 + 18);
    expect(new Set(table.map((line) => line.length)).size, 'all as wide').toBe(1);
    expect(table[1]).toContain('25000 ');
    expect(table.find((line) => line.includes('25700*'))).toMatch(/^ *65K 152\.40 +25700\* +- +-$/);
    expect(reply.lines.slice(-3).map(({ text }) => text)).toEqual([
      '* nearest to the price of the underlying',
      'prices of 11:32:04',
      expect.stringMatching(/^no price: calls 25000, .*25600, 25800, .*; puts .*25700, 25900, /),
    ]);
  });

  it.each(['NIFTY', 'nifty 50', 'NSE:NIFTY 50'])('knows %s by its names', async (name) => {
    expect(await ask(deskWith([]), ...name.split(' '))).toMatch(/^NIFTY 2026-11-24\n/);
    expect(await ask(deskWith([]), ...name.split(' '), '2026-12-01')).toMatch(/^NIFTY 2026-12-01\n/);
  });

  it('says so when nothing has a price, and where the strikes are from then', async () => {
    const text = await ask(deskWith([]), 'NIFTY');
    expect(text).toContain('the underlying has no price: these are the strikes in the middle of the list');
    expect(text).toMatch(/no price: calls 25000, .*27000; puts 25000, .*27000$/);
  });

  it('takes no price of another day, and an expiry on its own day', async () => {
    const text = await ask(deskWith([quote(NIFTY.id, 25_000, { time: NOW - 86_400_000 })]), 'NIFTY');
    expect(text).toContain('the underlying has no price');
    const last = { ...deskWith([]), day: () => ist('2026-11-24', '15:00') };
    expect(await ask(last, 'NIFTY')).toMatch(/^NIFTY 2026-11-24\n/);
    expect(await ask({ ...last, day: () => ist('2026-11-25', '09:00') }, 'NIFTY')).toMatch(/^NIFTY 2026-12-01\n/);
  });

  it('names the day of prices that the broker has from before', async () => {
    const friday = ist('2026-11-13', '15:29:59');
    const call = quote('NFO:NIFTY:2026-11-24:25700:CE', 150, { time: friday });
    const text = await ask(deskWith([], [quote(NIFTY.id, 25_732.4, { time: friday }), call]), 'NIFTY');
    expect(text).toMatch(/^NIFTY 2026-11-24: 25,732\.40 at 2026-11-13 15:29:59\n/);
    expect(text).toContain('\nprices of 2026-11-13 15:29:59\n');
    const newer = quote('NFO:NIFTY:2026-11-24:25700:PE', 99);
    expect(await ask(deskWith([newer], [quote(NIFTY.id, 25_732.4), call]), 'NIFTY')).toContain(
      '\nprices of 2026-11-13 15:29:59 to 11:32:04\n',
    );
  });

  it('shows what is stored when the broker can not be asked, says why, and asks it once', async () => {
    let asked = 0;
    const broker: ControlDesk['quotes'] = {
      quotesOf: async () => {
        asked += 1;
        return { kind: 'transient', reason: 'the broker is away' };
      },
    };
    const text = await ask(deskWith([quote(NIFTY.id, 25_732.4)], broker), 'NIFTY');
    expect(text).toContain('25700*');
    expect(text).toMatch(/\nthe broker could not be asked for prices: the broker is away$/);
    expect(asked).toBe(1);
  });

  it('asks the broker for no more than it can answer at once', async () => {
    const counts: number[] = [];
    const broker: ControlDesk['quotes'] = {
      quotesOf: async (ids) => {
        counts.push(ids.length);
        return { kind: 'done', value: [] };
      },
    };
    await ask(deskWith([quote(NIFTY.id, 26_000)], broker), 'NIFTY');
    expect(counts).toEqual([1, 42]);
  });

  it('answers a wrong expiry with those that there are, and a wrong name with how to find one', async () => {
    const desk = deskWith([]);
    for (const expiry of ['2026-11-25', '2026-11-10', '24NOV']) {
      expect(await ask(desk, 'NIFTY', expiry)).toBe(
        `misread: expected an expiry of NIFTY (2026-11-24, 2026-12-01), found "${expiry}"`,
      );
    }
    expect(await ask(desk, 'INFY')).toContain(
      'misread: no options of "INFY" are listed; "signalman instruments search INFY"',
    );
    expect(await ask(desk)).toBe('misread: expected a symbol, such as NIFTY');
    expect(await ask(desk, 'x'.repeat(65))).toBe('misread: expected a symbol, such as NIFTY');
    const over = { ...desk, day: () => ist('2026-12-02', '10:00') };
    expect(await ask(over, 'NIFTY')).toBe(
      'misread: expected an expiry of NIFTY (there is none), found none that is not over',
    );
  });
});
