/**
 * The day that is played: the first minutes of the bundled session, a calendar whose session closes then, and a bot that
 * trades all the time. Entry point: `buildStage`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BotFile } from '../../src/config/define-bot.ts';
import { loadInstruments } from '../../src/config/load-instruments.ts';
import { loadMarketCalendar } from '../../src/config/load-market-calendar.ts';
import { dayOf, type EpochMs, formatClock, formatDay, MINUTE_MS } from '../../src/core/time.ts';
import { loadTicks } from '../../src/history/load-ticks.ts';
import { writeTicksParquet } from '../../src/history/write-ticks.ts';

export interface Stage {
  readonly sessionPath: string;
  readonly instrumentsPath: string;
  readonly calendarPath: string;
  readonly configPath: string;
  readonly open: EpochMs;
  readonly close: EpochMs;
}

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const SAMPLE = join(PROJECT, 'backtest-data');
const CALENDAR = join(PROJECT, 'src/config/data/market-calendar.json');
const SQUARE_OFF_MINUTES = 2;

export async function buildStage(folder: string, minutes: number, speed: number): Promise<Stage> {
  const [sessionPath, calendarPath, configPath] = ['session.parquet', 'calendar.json', 'bot.config.ts'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const instrumentsPath = join(SAMPLE, 'instruments.json');
  const ticks = await loadTicks(join(SAMPLE, 'session-2026-11-18.parquet'));
  const [share] = loadInstruments(instrumentsPath);
  const session = share && loadMarketCalendar().sessionOn(share, dayOf(ticks[0]?.time ?? 0));
  if (!session) throw new Error('Expected a trading day in the bundled session, found none');
  const close = session.open + minutes * MINUTE_MS;
  await writeTicksParquet(
    sessionPath,
    ticks.filter(({ time }) => time < close),
  );
  const calendar: { days: object[] } = JSON.parse(readFileSync(CALENDAR, 'utf8'));
  calendar.days.push({
    date: formatDay(session.day),
    name: 'A short session',
    segments: ['equity', 'derivatives'],
    session: { kind: 'special', open: formatClock(session.open).slice(0, 5), close: formatClock(close).slice(0, 5) },
    source: 'made up',
    confirmed: false,
  });
  writeFileSync(calendarPath, JSON.stringify(calendar));
  const bot = botOf({ session: sessionPath, instruments: instrumentsPath, speed }, calendarPath);
  writeFileSync(configPath, `export default ${JSON.stringify(bot, null, 2)};\n`);
  return { sessionPath, instrumentsPath, calendarPath, configPath, open: session.open, close };
}

const SHARES = ['NSE:RELIANCE', 'NSE:TCS', 'NSE:HDFCBANK', 'NSE:INFY', 'NSE:ICICIBANK', 'NSE:ITC', 'NSE:SBIN'];
const OPTIONS = ['NFO:NIFTY:2026-11-23:25700:CE', 'NFO:NIFTY:2026-11-23:25700:PE'];

function botOf(replay: NonNullable<BotFile['replay']>, calendarFile: string): BotFile {
  const each = { timeframe: '1m', product: 'INTRADAY' } as const;
  return {
    account: { id: 'chaos', broker: 'paper', capital: 10_00_000 },
    strategies: [
      {
        ...each,
        ...{ id: 'restless', strategy: 'restless', instruments: SHARES },
        sizing: { kind: 'fixed-value', rupees: 30_000 },
      },
      {
        ...each,
        ...{ id: 'restless-options', strategy: 'restless', instruments: OPTIONS },
        params: { stopPercent: 3, targetPercent: 4 },
        sizing: { kind: 'fixed-quantity', quantity: 65 },
      },
      {
        ...each,
        ...{ id: 'crossing', strategy: 'ema-crossover', instruments: SHARES },
        params: { fast: 1, slow: 2, allowShort: true, stopPercent: 0.1, targetPercent: 0.12 },
        sizing: { kind: 'fixed-quantity', quantity: 5 },
      },
    ],
    risk: { squareOffBeforeCloseMinutes: SQUARE_OFF_MINUTES },
    replay,
    calendarFile,
  };
}
