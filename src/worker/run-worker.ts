/**
 * `signalman run`: the worker that `bot.config.ts` describes, on paper. Without a broker account it trades the configured
 * recorded session, which the simulator of the broker's protocol plays on loopback; with one, at the broker's live prices.
 */
import { basename } from 'node:path';
import { type AngelOneAccess, type Env, readEnv } from '../config/env.ts';
import { type Bot, checkTradingMode, loadBot } from '../config/load-bot.ts';
import { ConfigError } from '../core/errors.ts';
import type { MarketSession } from '../core/market-session.ts';
import { formatClock } from '../core/time.ts';
import { accountSchema } from '../db/account-database.ts';
import type { Strategy } from '../engine/strategy/strategy.ts';
import type { EngineOptions } from '../engine/trading-engine.ts';
import { createLogger, type Logger } from '../logging/logger.ts';
import { ProgressLine } from '../logging/progress-line.ts';
import { RecentLines } from '../logging/recent-lines.ts';
import type { FillRules } from '../simulation/fill-model.ts';
import { openBrokerMarket } from './open-broker-market.ts';
import type { OpenMarket } from './open-market.ts';
import { openPlayedMarket, type Witness } from './open-played-market.ts';
import { telegramOf } from './open-telegram.ts';
import { type RunFacts, type RunJson, runJson, runText } from './run-summary.ts';
import type { SimulatorAddress } from './simulator-process.ts';
import { listenForStop } from './stop-signal.ts';
import type { TakesUp } from './trade-days.ts';
import { runTradingWorker } from './trading-worker.ts';

export interface RunRequest {
  readonly strategies: ReadonlyMap<string, Strategy>;
  /** Recorded ticks instead of the configured session. */
  readonly sessionPath: string | null;
  /** Recorded seconds per second, instead of the configured speed. */
  readonly speed: number | null;
  /** Takes the place of the worker that runs, when that one ends or falls silent. */
  readonly isStandby?: boolean;
  /** Alerts go to the chats, too; what is only a test of the software concerns nobody. */
  readonly isTold?: boolean;
  /** Where people are told what happens; stdout is kept free when a document goes there. */
  readonly people: 'stdout' | 'stderr';
}

export interface Rehearsal {
  readonly facts: RunFacts;
  readonly sessionPath: string;
  readonly engine: EngineOptions;
  readonly rules: FillRules;
}

/** Where a played session's orders go, and who looks on. */
export interface Play {
  /** Names the schema, the queue and the lease. */
  readonly account: string;
  readonly takesUp: TakesUp;
  readonly orders: 'paper' | 'broker';
  readonly witness?: Witness;
  /** One that runs already and goes on after this run. */
  readonly simulator?: SimulatorAddress;
}

const ON_PAPER: Play = { account: 'rehearsal', takesUp: 'nothing', orders: 'paper' };

export async function runWorker(request: RunRequest): Promise<{ readonly json: RunJson; readonly text: string }> {
  const env = readEnv();
  const { facts } = env.angelOne === null ? await rehearse(request) : await tradeLive(request, env, env.angelOne);
  const json = runJson(facts);
  return { json, text: runText(json, facts) };
}

/** A recorded session, played through the broker's protocol. */
export async function rehearse(request: RunRequest, play: Play = ON_PAPER): Promise<Rehearsal> {
  const env = readEnv();
  const bot = await loadBot({ path: env.configPath, strategies: request.strategies });
  const replay = replayOf(env, bot);
  const sessionPath = request.sessionPath ?? replay.sessionPath;
  const speed = request.speed ?? replay.speed;
  const pace = Number.isFinite(speed) ? `${speed} times as fast` : 'as fast as it goes';
  const { facts, engine } = await run(request, env, bot, {
    account: play.account,
    takesUp: play.takesUp,
    words: `${play.orders === 'paper' ? 'Paper trading' : 'Orders go to the simulator'}. The simulator of Angel One plays ${basename(sessionPath)} on this machine, ${pace}.`,
    open: (each) =>
      openPlayedMarket({ ...{ bot, sessionPath, instrumentsPath: replay.instrumentsPath, speed }, ...each, ...play }),
  });
  return { facts, sessionPath, engine, rules: bot.fillRules };
}

/** Live prices of the broker; orders are filled on paper unless TRADING_MODE says that they go to it. */
async function tradeLive(request: RunRequest, env: Env, access: AngelOneAccess): Promise<{ readonly facts: RunFacts }> {
  const bot = await loadBot({ path: env.configPath, strategies: request.strategies });
  checkTradingMode(env.tradingMode, bot);
  const isForReal = env.tradingMode === 'live';
  if (isForReal && env.angelOneUrl === null) {
    throw new ConfigError(
      'TRADING_MODE: expected "paper" or a simulator in ANGEL_SIMULATOR_URL, found "live": orders are not sent to the real broker yet',
    );
  }
  const where = env.angelOneUrl === null ? '' : `'s simulator at ${env.angelOneUrl}`;
  return run(request, env, bot, {
    account: accountSchema(env.tradingMode, bot.account.id),
    takesUp: isForReal ? 'all' : 'switches',
    words: isForReal
      ? `Trading: orders go to Angel One${where}. Ctrl-C stops; positions and their stops stay.`
      : `Paper trading at live prices of Angel One${where}. Ctrl-C stops.`,
    open: (each) => openBrokerMarket({ ...{ bot, env, access, orders: isForReal ? 'broker' : 'paper' }, ...each }),
  });
}

interface Plan {
  /** Names the schema, the queue and the lease. */
  readonly account: string;
  readonly takesUp: TakesUp;
  readonly words: string;
  open(each: { readonly log: Logger; readonly signal: AbortSignal; mayWrite(): Promise<boolean> }): Promise<OpenMarket>;
}

async function run(
  request: RunRequest,
  env: Env,
  bot: Bot,
  plan: Plan,
): Promise<{ readonly facts: RunFacts; readonly engine: EngineOptions }> {
  const startedAt = performance.now();
  const people = new ProgressLine(process[request.people]);
  const say = (line: string): void => people.write(`${line}\n`);
  say(plan.words);
  const recent = new RecentLines();
  const log = createLogger({ level: env.logLevel, format: env.logFormat, secrets: env.secrets, recent });
  const stop = listenForStop(say);
  let engine: EngineOptions | undefined;
  let session: MarketSession | null = null;
  try {
    const facts = await runTradingWorker({
      isStandby: request.isStandby ?? false,
      onStandby: (pid) => {
        const who = pid === undefined ? 'another worker' : `worker ${pid}`;
        say(`Standing by: ${who} trades account "${plan.account}"`);
      },
      ...{
        env,
        account: plan.account,
        takesUp: plan.takesUp,
        ...{ log, recent },
        rules: bot.fillRules,
        signal: stop.signal,
        alerts: people,
        alertSettings: bot.telegram.alerts,
        telegram: request.isTold === true ? telegramOf(env, bot, say) : null,
      },
      openMarket: async (mayWrite) => {
        const market = await plan.open({ log, signal: stop.signal, mayWrite });
        engine = market.engine;
        const [first] = engine.instruments;
        if (first) session = engine.calendar.nextSession(first, market.clock.now());
        return market;
      },
      onProgress: (_, time, { signals, fills, candles }) =>
        people.show(
          `${formatClock(time)}${percentOf(session, time)}  ${candles} candles, ${signals.size} signals, ${fills.length} fills`,
        ),
    });
    if (!engine) throw new ConfigError('Stopped before the market was open');
    return { facts: { ...facts, wallMs: Math.round(performance.now() - startedAt) }, engine };
  } finally {
    people.end();
    stop.dispose();
  }
}

function percentOf(session: MarketSession | null, time: number): string {
  if (session === null || time < session.open || time >= session.close) return '';
  return `  ${Math.floor(((time - session.open) / (session.close - session.open)) * 100)}%`;
}

function replayOf({ tradingMode, configPath }: Env, bot: Bot): NonNullable<Bot['replay']> {
  checkTradingMode(tradingMode, bot);
  if (bot.replay) return bot.replay;
  throw new ConfigError(
    `${basename(configPath)}: replay: expected a recorded session to play, found none; or put a broker account into .env (see .env.example)`,
  );
}
