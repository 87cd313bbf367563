import type { Tick } from '../core/tick.ts';
import type { EngineOptions } from '../engine/trading-engine.ts';
import { TickGate } from '../feed/tick-gate.ts';
import type { SessionRecord } from '../ports/ledger.ts';
import type { FillRules } from '../simulation/fill-model.ts';
import { SessionRecorder } from '../simulation/session-recorder.ts';
import { BacktestSession } from './backtest-session.ts';

/** A recorded tick session through the backtest engine: memory instead of Postgres, no queue. */
export function backtestTicks(ticks: readonly Tick[], engine: EngineOptions, rules: FillRules): SessionRecord {
  const recorder = new SessionRecorder();
  const session = new BacktestSession({ ...engine, rules }, (effect) => recorder.take(effect));
  const gate = new TickGate();
  for (const tick of ticks) if (gate.takes(tick)) session.onTick(tick);
  session.drain();
  session.endDay();
  return recorder.session();
}
