import { describe, expect, it } from 'vitest';
import { answerOfCommand } from '../../../src/alerts/answer-of-command.ts';
import type { InstrumentId, StrategyId } from '../../../src/core/ids.ts';
import { enter } from '../../../src/engine/strategy/strategy.ts';
import type { Command, Commanded } from '../../../src/ports/engine-event.ts';
import { at, decideAt, EngineBench } from '../../support/engine-bench.ts';

const BUY = enter({ side: 'BUY', stopLoss: 95, target: 110, reason: 'up' });

/** Strategy "one" holds a position, strategy "two" has an entry working. */
function busy(): EngineBench {
  const bench = new EngineBench({
    strategy: decideAt({ '10:00': BUY }, 'one'),
    others: [decideAt({ '10:05': BUY }, 'two')],
  });
  bench.candle('10:00');
  bench.fill(bench.last('ENTRY'));
  bench.candle('10:05');
  return bench;
}

function answer(bench: EngineBench, command: Command, id?: string, target: Partial<Commanded> = {}): string {
  const event = { command, ...(id === undefined ? {} : { strategyId: id as StrategyId }), ...target };
  return answerOfCommand(event, bench.handle({ type: 'commanded', ...event, time: at('10:06') }));
}

describe('the answer to a command', () => {
  it('says what is denied and what is cancelled', () => {
    expect(answer(busy(), 'halt')).toBe('entries are denied until resumed; nothing else changes');
    expect(answer(busy(), 'halt', 'one')).toBe('entries of "one" are denied until resumed; nothing else changes');
    expect(answer(busy(), 'kill')).toBe('entries are denied until resumed; 1 working entry is being cancelled');
    expect(answer(busy(), 'kill', 'one')).toBe(
      'entries of "one" are denied until resumed; no working entries are being cancelled',
    );
  });

  it('counts what is closed, and says when there is nothing to do', () => {
    const bench = busy();
    expect(answer(bench, 'squareoff', 'two')).toBe('no positions of "two" are being closed, 1 order cancelled');
    expect(answer(bench, 'squareoff')).toBe('1 position is being closed, 2 orders cancelled');
    expect(answer(bench, 'squareoff')).toBe('nothing is open that is not being closed already');
  });

  it('cancels one entry, and nothing that protects a position', () => {
    const bench = busy();
    const [entry, stop] = [bench.last('ENTRY').clientOrderId, bench.last('STOP_LOSS').clientOrderId];
    expect(answer(bench, 'cancel', undefined, { orderId: stop })).toBe(
      'no entry of that id is working: nothing was cancelled',
    );
    expect(answer(bench, 'cancel', undefined, { orderId: entry })).toBe('the entry is being cancelled');
    expect(answer(bench, 'kill'), 'the only one').toContain('no working entries are being cancelled');
  });

  it('closes what is held in one instrument', () => {
    const bench = busy();
    const held = bench.last('ENTRY').instrumentId;
    expect(answer(bench, 'squareoff', 'one', { instrumentId: 'NSE:ELSEWHERE' as InstrumentId })).toBe(
      'nothing of "one" in ELSEWHERE is open that is not being closed already',
    );
    expect(answer(bench, 'squareoff', 'one', { instrumentId: held })).toMatch(
      /^1 position of "one" in \S+ is being closed/,
    );
  });

  it('says what is still halted after a resume', () => {
    const bench = busy();
    expect(answer(bench, 'resume')).toBe('entries are allowed');
    answer(bench, 'halt', 'one');
    answer(bench, 'kill');
    expect(answer(bench, 'resume', 'two')).toBe(
      '"two" is not halted on its own any more, but the kill switch of the account is on',
    );
    expect(answer(bench, 'resume')).toBe('entries are allowed, but not of "one", halted on its own');
    answer(bench, 'halt');
    expect(answer(bench, 'resume', 'one')).toBe('"one" is not halted on its own any more, but the account is halted');
    answer(bench, 'resume');
    expect(answer(bench, 'resume', 'one')).toBe('entries of "one" are allowed');
  });
});
