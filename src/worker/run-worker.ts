/**
 * `signalman run`: the worker that `bot.config.ts` describes. On paper it replays the recorded session the configuration
 * names; a live account needs a broker adapter, and this version has none.
 */
import { basename } from 'node:path';
import { type Env, readEnv } from '../config/env.ts';
import { type Bot, checkTradingMode, loadBot } from '../config/load-bot.ts';
import { ConfigError, DataError } from '../core/errors.ts';
import type { Tick } from '../core/tick.ts';
import { dayOf, formatClock, formatDay } from '../core/time.ts';
import type { Strategy } from '../engine/strategy/strategy.ts';
import type { EngineOptions } from '../engine/trading-engine.ts';
import { loadTicks } from '../history/load-ticks.ts';
import { createLogger } from '../logging/logger.ts';
import { ProgressLine } from '../logging/progress-line.ts';
import type { FillRules } from '../simulation/fill-model.ts';
import { engineOptionsOf } from './engine-setup.ts';
import { runPaperWorker } from './paper-worker.ts';
import { type RunFacts, type RunJson, runJson, runText } from './run-summary.ts';
import { listenForStop } from './stop-signal.ts';

export interface RunRequest {
  readonly strategies: ReadonlyMap<string, Strategy>;
  /** Recorded ticks instead of the configured session. */
  readonly sessionPath: string | null;
  /** Recorded seconds per second, instead of the configured speed. */
  readonly speed: number | null;
  /** Where people are told what happens; stdout is kept free when a document goes there. */
  readonly people: 'stdout' | 'stderr';
}

export interface Rehearsal {
  readonly facts: RunFacts;
  readonly ticks: readonly Tick[];
  readonly engine: EngineOptions;
  readonly rules: FillRules;
}

export async function runWorker(request: RunRequest): Promise<{ readonly json: RunJson; readonly text: string }> {
  const { facts } = await rehearse(request);
  const json = runJson(facts);
  return { json, text: runText(json, facts) };
}

export async function rehearse(request: RunRequest): Promise<Rehearsal> {
  const startedAt = performance.now();
  const env = readEnv();
  const bot = await loadBot({ path: env.configPath, strategies: request.strategies });
  const replay = replayOf(env, bot);
  const engine = engineOptionsOf(bot, replay.instrumentsPath);
  const sessionPath = request.sessionPath ?? replay.sessionPath;
  const ticks = await loadTicks(sessionPath);
  const first = ticks[0];
  if (!first) throw new DataError(`${sessionPath}: expected recorded ticks, found none`);
  const people = new ProgressLine(process[request.people]);
  const say = (line: string): void => people.write(`${line}\n`);
  const speed = request.speed ?? replay.speed;
  const pace = Number.isFinite(speed) ? `${speed} times as fast` : 'as fast as it goes';
  say(
    `Paper trading. Replaying ${basename(sessionPath)} (${formatDay(dayOf(first.time))}, ${ticks.length} ticks) ${pace}.`,
  );
  const log = createLogger({ level: env.logLevel, format: env.logFormat, secrets: env.secrets });
  const stop = listenForStop(say);
  const rules = bot.fillRules;
  try {
    const facts = await runPaperWorker({
      ...{ env, engine, ticks, speed, log, rules },
      signal: stop.signal,
      alerts: people,
      onProgress: (done, time, { signals, fills, candles }) =>
        people.show(
          `${formatClock(time)}  ${Math.floor((done / ticks.length) * 100)}%  ${candles} candles, ${signals.size} signals, ${fills.length} fills`,
        ),
    });
    return { facts: { ...facts, wallMs: Math.round(performance.now() - startedAt) }, ticks, engine, rules };
  } finally {
    people.end();
    stop.dispose();
  }
}

function replayOf({ tradingMode, configPath }: Env, bot: Bot): NonNullable<Bot['replay']> {
  checkTradingMode(tradingMode, bot);
  if (bot.replay) return bot.replay;
  throw new ConfigError(
    `${basename(configPath)}: replay: expected a recorded session to replay, found none; this version has no live market data yet`,
  );
}
