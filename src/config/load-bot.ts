/**
 * Reads `bot.config.ts` once: imported, checked, turned into the engine's units, frozen. Every fault is one line that
 * starts with the file and the key's path.
 *
 * Entry points: `loadBot`, then `checkInstruments` when the instruments are known.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError } from '../core/errors.ts';
import type { AccountId, InstrumentId, StrategyId } from '../core/ids.ts';
import { parseInstrumentId } from '../core/instrument.ts';
import { type Paise, toPaise } from '../core/money.ts';
import type { ProductType } from '../core/order.ts';
import { MINUTE_MS } from '../core/time.ts';
import type { Timeframe } from '../core/timeframe.ts';
import type { ExecutionPolicy } from '../engine/orders/execution-policy.ts';
import type { RiskLimits } from '../engine/risk/risk-limits.ts';
import type { Strategy } from '../engine/strategy/strategy.ts';
import { botSchema, type ParsedBotFile, type Sizing } from './define-bot.ts';
import { describeIssues, formatFound, formatPath } from './describe-issue.ts';
import { executionPolicyOf } from './execution-policy-of.ts';
import { suggestion } from './nearest.ts';

/** One use of a strategy, as the owner configured it. */
export interface ConfiguredStrategy {
  readonly id: StrategyId;
  readonly strategy: Strategy;
  readonly instruments: readonly InstrumentId[];
  readonly timeframe: Timeframe;
  /** Parsed by the strategy's own schema. */
  readonly params: unknown;
  readonly product: ProductType;
  readonly sizing: Sizing;
}

export interface Replay {
  readonly sessionPath: string;
  readonly instrumentsPath: string;
  /** Recorded seconds per second. */
  readonly speed: number;
}

/** The configuration in the engine's units, with absolute paths. */
export interface Bot {
  readonly file: string;
  readonly account: { readonly id: AccountId; readonly broker: 'paper' | 'angel-one'; readonly capitalPaise: Paise };
  readonly strategies: readonly ConfiguredStrategy[];
  readonly limits: RiskLimits;
  /** How wishes to trade now become orders; null: as market orders. */
  readonly execution: ExecutionPolicy | null;
  /** Where stops and targets wait for their price. */
  readonly exits: ParsedBotFile['exits'];
  /** How paper orders are filled. */
  readonly fillRules: ParsedBotFile['paper'];
  /** Where alerts go besides the terminal, and how each kind is told. */
  readonly telegram: ParsedBotFile['telegram'];
  readonly replay: Replay | null;
  readonly calendarPath: string | null;
  readonly chargesPath: string | null;
}

export interface LoadBotOptions {
  /** The configuration file, absolute. */
  readonly path: string;
  /** The strategies there are, by name. */
  readonly strategies: ReadonlyMap<string, Strategy>;
}

export async function loadBot(options: LoadBotOptions): Promise<Bot> {
  return parseBot(await importBotFile(options.path), options);
}

/** The checks and the conversion, apart from the import. */
export function parseBot(written: unknown, options: LoadBotOptions): Bot {
  const file = basename(options.path);
  const parsed = botSchema.safeParse(written);
  if (!parsed.success) throw faults(file, describeIssues(parsed.error, botSchema, written));
  const { strategies } = options;
  const problems: string[] = [...duplicateProblems(parsed.data)];
  const configured = parsed.data.strategies.map((entry, index): ConfiguredStrategy | undefined => {
    const strategy = strategies.get(entry.strategy);
    if (strategy === undefined) {
      const path = formatPath(['strategies', index, 'strategy']);
      const known = [...strategies.keys()];
      problems.push(
        `${path}: expected one of ${known.join(', ')}, found ${formatFound(entry.strategy)}${suggestion(entry.strategy, known)}`,
      );
      return undefined;
    }
    const params = strategy.params.safeParse(entry.params);
    if (!params.success) {
      problems.push(...describeIssues(params.error, strategy.params, entry.params, ['strategies', index, 'params']));
      return undefined;
    }
    return {
      id: entry.id as StrategyId,
      strategy,
      instruments: deepFreeze(entry.instruments.map(instrumentIdOf)),
      timeframe: entry.timeframe,
      params: deepFreeze(params.data),
      product: entry.product,
      sizing: deepFreeze(entry.sizing),
    };
  });
  if (problems.length > 0) throw faults(file, problems);
  const folder = dirname(options.path);
  const { account, replay, calendarFile, chargesFile } = parsed.data;
  return Object.freeze({
    file,
    account: Object.freeze({
      id: account.id as AccountId,
      broker: account.broker,
      capitalPaise: toPaise(account.capital),
    }),
    strategies: Object.freeze(configured.filter((entry) => entry !== undefined).map((entry) => Object.freeze(entry))),
    limits: Object.freeze(riskLimitsOf(parsed.data.risk)),
    execution: executionPolicyOf(parsed.data.execution),
    exits: Object.freeze(parsed.data.exits),
    fillRules: Object.freeze(parsed.data.paper),
    telegram: deepFreeze(parsed.data.telegram),
    replay:
      replay &&
      Object.freeze({
        sessionPath: resolve(folder, replay.session),
        instrumentsPath: resolve(folder, replay.instruments),
        speed: replay.speed,
      }),
    calendarPath: calendarFile && resolve(folder, calendarFile),
    chargesPath: chargesFile && resolve(folder, chargesFile),
  });
}

/** Refuses a bot that trades what is not among the known instruments. */
export function checkInstruments(bot: Bot, known: Iterable<string>): void {
  const ids = new Set(known);
  const problems = bot.strategies.flatMap((entry, index) =>
    entry.instruments.flatMap((id, at) => {
      if (ids.has(id)) return [];
      const path = formatPath(['strategies', index, 'instruments', at]);
      return [`${path}: expected an instrument of the list, found ${formatFound(id)}${suggestion(id, ids)}`];
    }),
  );
  if (problems.length > 0) throw faults(bot.file, problems);
}

/** Refuses live trading without an account at a broker. */
export function checkTradingMode(mode: 'paper' | 'live', bot: Bot): void {
  if (mode === 'paper' || bot.account.broker !== 'paper') return;
  throw new ConfigError(
    `TRADING_MODE: expected "paper", since account.broker of ${bot.file} is "${bot.account.broker}", found "live": live trading needs a broker account`,
  );
}

async function importBotFile(path: string): Promise<unknown> {
  const file = basename(path);
  if (!existsSync(path)) {
    throw new ConfigError(
      `${file}: expected the bot's configuration at ${path}, found no such file (SIGNALMAN_CONFIG names another)`,
    );
  }
  let module: { readonly default?: unknown };
  try {
    module = await import(pathToFileURL(path).href);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const reason = message.split('\n').find((line) => line.trim() !== '') ?? message;
    throw new ConfigError(`${file}: expected a module that can be loaded, found an error: ${reason.trim()}`, { cause });
  }
  if (module.default === undefined) {
    throw new ConfigError(`${file}: expected "export default defineBot({ … })", found no default export`);
  }
  return module.default;
}

function* duplicateProblems(bot: ParsedBotFile): Generator<string> {
  const ids = new Map<string, number>();
  for (const [index, entry] of bot.strategies.entries()) {
    const first = ids.get(entry.id);
    if (first !== undefined) {
      yield `${formatPath(['strategies', index, 'id'])}: expected an id of its own, found "${entry.id}", which strategies[${first}] has`;
    }
    ids.set(entry.id, first ?? index);
    for (const [at, id] of entry.instruments.entries()) {
      if (entry.instruments.indexOf(id) === at) continue;
      yield `${formatPath(['strategies', index, 'instruments', at])}: expected each instrument once, found "${id}" again`;
    }
  }
}

function riskLimitsOf(risk: ParsedBotFile['risk']): RiskLimits {
  return {
    dailyLossPaise: paiseOf(risk.dailyLoss),
    maxDrawdownPercent: risk.maxDrawdownPercent,
    maxOpenPositions: risk.maxOpenPositions,
    maxPositionPerInstrument: risk.maxPositionPerInstrument,
    maxOrderValuePaise: paiseOf(risk.maxOrderValue),
    maxOrdersPerMinute: risk.maxOrdersPerMinute,
    maxOrdersPerDay: risk.maxOrdersPerDay,
    priceBandPercent: risk.priceBandPercent,
    cooldownAfterStopMs: risk.cooldownAfterStopMinutes === null ? null : risk.cooldownAfterStopMinutes * MINUTE_MS,
    losingStreak: risk.losingStreak,
    intradayMarginPercent: risk.intradayMarginPercent,
    derivativeMarginPercent: risk.derivativeMarginPercent,
    squareOffBeforeCloseMs: risk.squareOffBeforeCloseMinutes * MINUTE_MS,
  };
}

function paiseOf(rupees: number | null): Paise | null {
  return rupees === null ? null : toPaise(rupees);
}

function instrumentIdOf(text: string): InstrumentId {
  const parsed = parseInstrumentId(text);
  if (parsed === undefined) throw new ConfigError(`Expected an instrument such as "NSE:RELIANCE", found "${text}"`);
  return parsed.id;
}

function faults(file: string, problems: readonly string[]): ConfigError {
  return new ConfigError(problems.map((problem) => `${file}: ${problem}`).join('\n'));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}
