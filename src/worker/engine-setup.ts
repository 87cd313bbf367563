import type { Bot } from '../config/load-bot.ts';
import { checkInstruments } from '../config/load-bot.ts';
import { loadChargeRates } from '../config/load-charge-rates.ts';
import { loadMarketCalendar } from '../config/load-market-calendar.ts';
import { ConfigError } from '../core/errors.ts';
import type { InstrumentId } from '../core/ids.ts';
import type { Instrument } from '../core/instrument.ts';
import { toPaise } from '../core/money.ts';
import type { Sizing } from '../engine/risk/sizing.ts';
import { instantiate } from '../engine/strategy/strategy-instance.ts';
import type { EngineOptions } from '../engine/trading-engine.ts';
import { createChargeModel } from '../simulation/charge-model.ts';

/** How long after its end a candle waits for late ticks. */
const GRACE_MS = 1_500;

/** The engine as `bot.config.ts` describes it, over the instruments that can be traded. */
export function engineOptionsOf(bot: Bot, instruments: readonly Instrument[]): EngineOptions {
  checkInstruments(
    bot,
    instruments.map(({ id }) => id),
  );
  const byId = new Map(instruments.map((instrument) => [instrument.id, instrument]));
  return {
    instruments,
    calendar: loadMarketCalendar(bot.calendarPath ?? undefined),
    strategies: bot.strategies.map(({ id, strategy, params, instruments: ids, timeframe, product, sizing }) => ({
      instance: instantiate(strategy, params, { id, timeframe, instruments: ids.map((each) => known(byId, each)) }),
      product,
      sizing: sizingOf(sizing),
    })),
    limits: bot.limits,
    capitalPaise: bot.account.capitalPaise,
    charges: createChargeModel(loadChargeRates(bot.chargesPath ?? undefined), 'angel-one'),
    graceMs: GRACE_MS,
    ...{ execution: bot.execution, exits: bot.exits },
  };
}

function sizingOf(sizing: Bot['strategies'][number]['sizing']): Sizing {
  return sizing.kind === 'fixed-value' ? { kind: 'fixed-value', paise: toPaise(sizing.rupees) } : sizing;
}

function known(byId: ReadonlyMap<InstrumentId, Instrument>, id: InstrumentId): Instrument {
  const instrument = byId.get(id);
  if (!instrument) throw new ConfigError(`Expected an instrument of the list, found "${id}"`);
  return instrument;
}
