import { angelOneWindows } from '../../brokers/angel-one/call-limits.ts';
import { JITTER_MS } from '../../brokers/shared/rate-budget.ts';
import type { Bot } from '../../config/load-bot.ts';
import type { InstrumentId } from '../../core/ids.ts';
import type { Instrument } from '../../core/instrument.ts';
import type { Assumptions, BudgetPlan } from './budget-plan.ts';
import { factsOfBot } from './facts-of-bot.ts';
import { formatPlan } from './format-plan.ts';
import { planBudget } from './plan-budget.ts';

export interface BotPlan extends BudgetPlan {
  /** What the plan takes for granted. */
  readonly notes: readonly string[];
}

/** A bot's calls at Angel One, which counts them per client code. */
export function planBot(
  bot: Pick<Bot, 'strategies' | 'limits' | 'execution'>,
  known: ReadonlyMap<InstrumentId, Instrument>,
  assumptions: Assumptions,
): { readonly json: BotPlan; readonly text: string } {
  const { notes, ...facts } = factsOfBot(bot, known, assumptions);
  const json = { ...planBudget(facts, { windowsOf: angelOneWindows(), jitterMs: JITTER_MS }), notes };
  return { json, text: formatPlan(json) };
}
