import { describe, expect, it, onTestFinished } from 'vitest';
import { MINUTE_MS } from '../../../../src/core/time.ts';
import type { FundsReported } from '../../../../src/ports/engine-event.ts';
import type { MarginQuestion, MarginSource } from '../../../../src/ports/margin-source.ts';
import { MarginKeeper } from '../../../../src/worker/margins/margin-keeper.ts';
import { ist, testInstrument } from '../../../support/fixed-calendar.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

const HOURS = { open: ist('2026-11-17', '09:15'), close: ist('2026-11-17', '15:30') };

function question(symbol: string): MarginQuestion {
  return { instrumentId: testInstrument(`NSE:${symbol}`).id, side: 'BUY', product: 'INTRADAY', quantity: 10 };
}

function open(start: string, source: Partial<MarginSource>, questions = [question('INFY')]) {
  const clock = new ManualClock(ist('2026-11-17', start));
  const reports: FundsReported[] = [];
  const troubles: string[] = [];
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const keeper = new MarginKeeper({
    source: {
      available: async () => ({ kind: 'done', value: 5_000_00 }),
      marginOf: async () => ({ kind: 'done', value: 3_000_00 }),
      ...source,
    },
    ...{ questions, clock, signal: stop.signal, hoursOf: () => HOURS },
    onReport: (report) => reports.push(report),
    onTrouble: (text) => troubles.push(text),
  });
  return { clock, reports, troubles, keeper };
}

describe('the keeper of margins', () => {
  it('asks before the first price, by the unit, and every three minutes from before the open to the close', async () => {
    const { clock, reports, keeper } = open('08:50', {});
    await keeper.start();
    expect(reports.map(({ availablePaise, margins }) => [availablePaise, margins.length])).toEqual([
      [5_000_00, 0],
      [5_000_00, 1],
    ]);
    expect(reports[1]?.margins[0]?.paise).toBe(300_00);
    void keeper.keep();
    await clock.reach(ist('2026-11-17', '08:59'));
    expect(reports).toHaveLength(2);
    await clock.reach(ist('2026-11-17', '09:10'));
    const times = new Set(reports.map(({ time }) => Math.round((time - HOURS.open) / MINUTE_MS)));
    expect([...times]).toEqual([-25, -15, -12, -9, -6]);
    await clock.reach(ist('2026-11-17', '18:00'));
    expect(Math.max(...reports.map(({ time }) => time))).toBeLessThan(HOURS.close);
  });

  it('asks no more in a round than the broker answers in an hour of rounds, the rest next time', async () => {
    const asked: string[] = [];
    const questions = Array.from({ length: 450 }, (_, index) => question(`S${index}`));
    const marginOf: MarginSource['marginOf'] = async ({ instrumentId }) => {
      asked.push(instrumentId);
      return { kind: 'done', value: 1 };
    };
    const { clock, keeper } = open('09:20', { marginOf }, questions);
    await keeper.start();
    expect(asked).toHaveLength(200);
    void keeper.keep();
    await clock.reach(ist('2026-11-17', '09:27'));
    expect([asked.length, new Set(asked).size]).toEqual([600, 450]);
    await clock.reach(ist('2026-11-17', '10:21'));
    expect(asked.length).toBeLessThanOrEqual(5_000);
  });

  it('says once that nothing can be asked, and again after it could', async () => {
    let isUp = false;
    const available: MarginSource['available'] = async () =>
      isUp ? { kind: 'done', value: 1 } : { kind: 'transient', reason: 'no way there' };
    const { clock, reports, troubles, keeper } = open('09:20', { available });
    await keeper.start();
    expect(troubles).toEqual([]);
    void keeper.keep();
    await clock.reach(ist('2026-11-17', '09:40'));
    expect(troubles).toEqual([
      "The broker can not be asked for the account's funds: no way there. Entries go by our own estimate until it can",
    ]);
    expect(reports).toEqual([]);
    isUp = true;
    await clock.reach(ist('2026-11-17', '09:50'));
    expect(reports.length).toBeGreaterThan(0);
    isUp = false;
    await clock.reach(ist('2026-11-17', '10:00'));
    expect(troubles).toHaveLength(2);
  });

  it('asks nothing twice that the broker refuses, and lives through a call that throws', async () => {
    const asked: string[] = [];
    const marginOf: MarginSource['marginOf'] = async ({ instrumentId }) => {
      asked.push(instrumentId);
      if (instrumentId === 'NSE:GONE') return { kind: 'refused', code: 'AB1018', reason: 'no such token' };
      throw new Error('broken');
    };
    const { clock, reports, troubles, keeper } = open('09:20', { marginOf }, [question('GONE'), question('INFY')]);
    await keeper.start();
    void keeper.keep();
    await clock.reach(ist('2026-11-17', '09:27'));
    expect(asked.filter((id) => id === 'NSE:GONE')).toHaveLength(1);
    expect(asked.filter((id) => id === 'NSE:INFY').length).toBeGreaterThan(1);
    expect(troubles).toEqual([
      'The broker does not tell the margin of NSE:GONE (buy, intraday): no such token; our own estimate serves',
    ]);
    expect(reports.every(({ margins }) => margins.length === 0)).toBe(true);
  });
});
