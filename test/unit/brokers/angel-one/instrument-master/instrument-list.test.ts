import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { masterFreshness } from '../../../../../src/brokers/angel-one/instrument-master/master-freshness.ts';
import type { MasterReport } from '../../../../../src/brokers/angel-one/instrument-master/master-list.ts';
import { listMaster, readMaster } from '../../../../../src/brokers/angel-one/instrument-master/read-master.ts';
import type { ListedInstrument } from '../../../../../src/brokers/angel-one/token-book.ts';
import { listingsOf, masterText } from '../../../../../src/simulators/angel-one/master/make-master.ts';
import { dayNumber, fixedCalendar, ist, testInstrument } from '../../../../support/fixed-calendar.ts';

const DAY = dayNumber('2026-11-18');

type Row = Readonly<Record<string, string>>;
const cash: Row = {
  ...{ token: '2885', symbol: 'RELIANCE-EQ', name: 'RELIANCE', expiry: '', strike: '-1.000000', lotsize: '1' },
  ...{ instrumenttype: '', exch_seg: 'NSE', tick_size: '10.000000' },
};
const call: Row = {
  ...{ token: '54321', symbol: 'NIFTY24NOV2626000CE', name: 'NIFTY', expiry: '24NOV2026', strike: '2600000.000000' },
  ...{ lotsize: '65', instrumenttype: 'OPTIDX', exch_seg: 'NFO', tick_size: '5.000000' },
};
const modernIndex: Row = {
  ...{ ...cash, token: '99926000', symbol: 'Nifty 50', name: 'NIFTY', instrumenttype: 'AMXIDX', tick_size: '0.000000' },
};
const legacyIndex: Row = { ...cash, token: '26000', symbol: 'Nifty 50', name: 'NIFTY', tick_size: '-1.000000' };

async function* bytesOf(text: string | Buffer, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(content: string | Buffer): Promise<{ listed: ListedInstrument[]; report: MasterReport }> {
  const listed: ListedInstrument[] = [];
  const rows = listMaster(readMaster(bytesOf(content), { name: 'the list' }), DAY);
  for (;;) {
    const next = await rows.next();
    if (next.done) return { listed, report: next.value };
    listed.push(next.value);
  }
}

const rowsOf = (rows: readonly unknown[]) => read(JSON.stringify(rows));

describe('a row of the list', () => {
  it('of a share has the tick in rupees and loses its series', async () => {
    const { listed } = await rowsOf([cash]);
    expect(listed).toMatchObject([
      {
        instrument: { id: 'NSE:RELIANCE', kind: 'EQUITY', tickSize: 0.1, lotSize: 1, hasDerivatives: false },
        ...{ segment: 'NSE', token: '2885', tradingSymbol: 'RELIANCE-EQ' },
      },
    ]);
  });

  it('of a contract has strike, expiry and lot as the list says', async () => {
    const { listed } = await rowsOf([call]);
    expect(listed[0]?.instrument).toMatchObject({
      ...{ id: 'NFO:NIFTY:2026-11-24:26000:CE', strike: 26_000, expiry: '2026-11-24', lotSize: 65, tickSize: 0.05 },
      ...{ underlying: 'NSE:NIFTY 50', freezeQuantity: 1_800 },
    });
  });

  it('of a currency option is scaled down once more', async () => {
    const row = { ...call, name: 'USDINR', symbol: 'USDINR26NOV88.25CE', instrumenttype: 'OPTCUR', exch_seg: 'CDS' };
    const { listed } = await rowsOf([{ ...row, strike: '882500000.000000', lotsize: '1000' }]);
    expect(listed[0]?.instrument.strike).toBe(88.25);
  });

  it.each<[string, Row, string]>([
    ['a venue we do not know', { ...cash, exch_seg: 'NCDEX' }, 'unknown-segment'],
    ['an odd token', { ...cash, token: '28 85' }, 'bad-token'],
    ['another series', { ...cash, symbol: 'RELIANCE-SG' }, 'other-series'],
    ['a contract that has expired', { ...call, expiry: '17NOV2026' }, 'expired'],
    ['an expiry that is no date', { ...call, expiry: '31NOV2026' }, 'bad-expiry'],
    ['a strike of nothing', { ...call, strike: '-1.000000' }, 'bad-strike'],
    ['a lot of nothing', { ...call, lotsize: '0' }, 'bad-lot-size'],
  ])('with %s is left out and counted', async (_, row, reason) => {
    const { listed, report } = await rowsOf([row]);
    expect(listed).toEqual([]);
    expect(report.refused).toMatchObject([{ reason, count: 1 }]);
  });
});

describe('the list as a whole', () => {
  it('has each index once, under its newer token, whichever row comes first', async () => {
    for (const rows of [
      [legacyIndex, modernIndex],
      [modernIndex, legacyIndex],
    ]) {
      const { listed } = await rowsOf(rows);
      expect(listed).toMatchObject([{ instrument: { id: 'NSE:NIFTY 50', kind: 'INDEX' }, token: '99926000' }]);
    }
  });

  it('knows which shares have derivatives, also when their contracts come later', async () => {
    const future = { ...call, token: '600', name: 'RELIANCE', instrumenttype: 'FUTSTK', symbol: 'RELIANCE24NOV26FUT' };
    const { listed } = await rowsOf([cash, { ...future, strike: '0.000000', lotsize: '500' }]);
    const share = listed.find(({ instrument }) => instrument.id === 'NSE:RELIANCE');
    expect(share?.instrument.hasDerivatives).toBe(true);
  });

  it('may be packed, and is refused as a whole when it is cut short or no list', async () => {
    const text = JSON.stringify([cash, call]);
    expect((await read(gzipSync(text))).listed).toHaveLength(2);
    await expect(read(text.slice(0, -20))).rejects.toThrow('the list');
    await expect(read(gzipSync(text).subarray(0, 60))).rejects.toThrow('the list');
    await expect(read('<html>down for maintenance</html>')).rejects.toThrow('the list');
    await expect(read('')).rejects.toThrow('the list');
  });

  it('of the simulator gives back what it was made of', async () => {
    const wanted = [testInstrument('NSE:INFY'), testInstrument('NSE:NIFTY 50', { kind: 'INDEX', symbol: 'NIFTY 50' })];
    const text = [...masterText(listingsOf(wanted), { day: DAY, fillerRows: 500, seed: 'list' })].join('');
    const { listed, report } = await read(text);
    const ids = new Set(listed.map(({ instrument }) => instrument.id as string));
    expect(wanted.every(({ id }) => ids.has(id))).toBe(true);
    expect(report.rows).toBeGreaterThanOrEqual(500);
    expect(ids.size, 'each instrument once').toBe(listed.length);
  });
});

describe('an old list', () => {
  const now = ist('2026-11-18', '09:00');

  it('of yesterday is good for a day, an older one not for contracts', () => {
    expect(masterFreshness(ist('2026-11-18', '08:00'), now, fixedCalendar).warning).toBeNull();
    const yesterday = masterFreshness(ist('2026-11-17', '08:00'), now, fixedCalendar);
    expect([yesterday.tradingDays, yesterday.canTradeDerivatives]).toEqual([1, true]);
    expect(masterFreshness(ist('2026-11-16', '08:00'), now, fixedCalendar).canTradeDerivatives).toBe(false);
    expect(masterFreshness(undefined, now, fixedCalendar).canTradeDerivatives).toBe(false);
  });

  it('is not made older by a weekend', () => {
    expect(masterFreshness(ist('2026-11-13', '08:00'), ist('2026-11-16', '08:00'), fixedCalendar).tradingDays).toBe(1);
  });
});
