/** That the worker begins, takes over or stops, in words. */
import { formatUnits } from '../alerts/format-values.ts';
import { programVersion } from '../config/program-version.ts';
import type { Database } from '../db/database.ts';
import { PostgresViews } from '../db/postgres-views.ts';
import type { TradingEngine } from '../engine/trading-engine.ts';
import type { Logger } from '../logging/logger.ts';
import type { AccountStanding } from '../ports/account-views.ts';
import type { Switches } from '../ports/engine-event.ts';
import { noteAtTheEnd } from './news.ts';
import type { OpenMarket } from './open-market.ts';
import type { TelegramSetup } from './open-telegram.ts';

export interface Beginning {
  readonly market: Pick<OpenMarket, 'desk' | 'engine' | 'trouble'>;
  readonly engine: Pick<TradingEngine, 'parts'>;
  readonly account: string;
  /** The process that was waited for and has gone; undefined when there was none. */
  readonly tookOverFrom: number | undefined;
}

/** `Trading begins: account "paper_demo" on paper, 2 strategies, 12 instruments, version 0.1.0` */
export function tellBeginning({ market, engine, account, tookOverFrom }: Beginning): void {
  const { strategies, instruments } = market.engine;
  const head =
    tookOverFrom === undefined ? 'Trading begins' : `Taken over from worker ${tookOverFrom}, trading goes on`;
  const where = market.desk === null ? 'on paper' : 'LIVE, orders go to the broker';
  const what = `${count(strategies.length, 'strategy', 'strategies')}, ${count(instruments.length, 'instrument', 'instruments')}`;
  const text = `${head}: account "${account}" ${where}, ${what}, version ${programVersion()}${haltOf(engine.parts.switches)}`;
  // That money is at stake is said loudly.
  const isLoud = market.desk !== null || tookOverFrom !== undefined;
  market.trouble.tell(text, { topic: 'run', level: isLoud ? 'warning' : 'info' });
}

export async function noteStop(database: Database, telegram: TelegramSetup | null, log: Logger): Promise<void> {
  const text = stopText(await new PostgresViews(database).standing(null));
  await noteAtTheEnd(database, telegram, log, text, { topic: 'run', level: 'info' });
}

/** `The worker was stopped: 2 open positions, 3 working entries and 4 working exits stay as they are` */
function stopText({ openPositions, workingEntries, workingExits }: AccountStanding): string {
  const left = [
    count(openPositions, 'open position', 'open positions'),
    count(workingEntries, 'working entry', 'working entries'),
    count(workingExits, 'working exit', 'working exits'),
  ];
  if (openPositions + workingEntries + workingExits === 0) return 'The worker was stopped: nothing is open';
  return `The worker was stopped: ${left.slice(0, -1).join(', ')} and ${left.at(-1)} stay as they are`;
}

function haltOf({ isKilled, isPaused, pausedStrategies }: Switches): string {
  if (isKilled) return '. The kill switch is on: no entry is sent until /resume';
  if (isPaused) return '. Trading is halted: no entry is sent until /resume';
  return pausedStrategies.length === 0 ? '' : `. Halted on their own: ${pausedStrategies.join(', ')}`;
}

function count(number: number, one: string, many: string): string {
  return `${formatUnits(number)} ${number === 1 ? one : many}`;
}
