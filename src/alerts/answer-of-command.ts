import type { Commanded, Effect, Switches } from '../ports/engine-event.ts';
import { formatInstrument } from './format-values.ts';

/** What a command has come to, for who has asked: the engine's effects of it in words, without a full stop. */
export function answerOfCommand(
  { command, strategyId, instrumentId }: Pick<Commanded, 'command' | 'strategyId' | 'instrumentId'>,
  effects: readonly Effect[],
): string {
  const where = instrumentId === undefined ? '' : ` in ${formatInstrument(instrumentId)}`;
  const whose = `${strategyId === undefined ? '' : ` of "${strategyId}"`}${where}`;
  const cancels = effects.filter(({ type }) => type === 'cancelRequested').length;
  if (command === 'halt') return `entries${whose} are denied until resumed; nothing else changes`;
  if (command === 'kill') {
    return `entries${whose} are denied until resumed; ${count(cancels, 'working entry is', 'working entries are')} being cancelled`;
  }
  if (command === 'cancel') {
    return cancels > 0 ? 'the entry is being cancelled' : 'no entry of that id is working: nothing was cancelled';
  }
  if (command === 'resume') return resumed(effects, strategyId);
  const closed = new Set(
    effects.flatMap((effect) =>
      effect.type === 'orderPlanned'
        ? [`${effect.order.strategyId}|${effect.order.instrumentId}|${effect.order.product}`]
        : [],
    ),
  );
  if (closed.size + cancels === 0) return `nothing${whose} is open that is not being closed already`;
  return `${count(closed.size, 'position', 'positions')}${whose} ${closed.size === 1 ? 'is' : 'are'} being closed, ${count(cancels, 'order', 'orders')} cancelled`;
}

function resumed(effects: readonly Effect[], strategyId: Commanded['strategyId']): string {
  const switches = effects.findLast((effect) => effect.type === 'switchesChanged')?.switches;
  const account = switches && haltOf(switches);
  if (strategyId !== undefined) {
    return account
      ? `"${strategyId}" is not halted on its own any more, but ${account}`
      : `entries of "${strategyId}" are allowed`;
  }
  const paused = switches?.pausedStrategies ?? [];
  return paused.length === 0
    ? 'entries are allowed'
    : `entries are allowed, but not of ${paused.map((id) => `"${id}"`).join(', ')}, halted on ${paused.length === 1 ? 'its' : 'their'} own`;
}

function haltOf({ isKilled, isPaused }: Switches): string | undefined {
  if (isKilled) return 'the kill switch of the account is on';
  return isPaused ? 'the account is halted' : undefined;
}

function count(number: number, one: string, many: string): string {
  return `${number === 0 ? 'no' : number} ${number === 1 ? one : many}`;
}
