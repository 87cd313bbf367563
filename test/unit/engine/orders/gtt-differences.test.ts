import { describe, expect, it } from 'vitest';
import type { StrategyId } from '../../../../src/core/ids.ts';
import { type GttFindings, gttDifferences } from '../../../../src/engine/orders/gtt-differences.ts';
import { buildOco, buildSingle, rowOf } from '../../../support/build-gtt.ts';

const NOTHING: GttFindings = { foreign: [], unreadRows: 0, oversold: [], ours: [] };
const kinds = (findings: Partial<GttFindings>): readonly string[] =>
  gttDifferences({ ...NOTHING, ...findings }).map(({ kind, level }) => `${kind} ${level}`);

describe('what a look at the rules finds', () => {
  const rule = buildSingle({ status: 'TRIGGERED' });

  it('is told by kind, and each thing under a key of its own', () => {
    expect(kinds({})).toEqual([]);
    const foreign = [rowOf(rule, rule.legs[0], '7'), rowOf(rule, rule.legs[0], '8', { instrumentId: null })];
    const found = gttDifferences({ foreign, unreadRows: 2, oversold: ['10 units would be sold'], ours: [rule] });
    expect(found.map(({ kind, level }) => `${kind} ${level}`)).toEqual([
      ...['GTT_FOREIGN info', 'GTT_FOREIGN info', 'GTT_UNREAD warning', 'GTT_OVERSOLD critical', 'GTT_BY_HAND warning'],
    ]);
    expect(new Set(found.map(({ key }) => key)).size).toBe(5);
    expect(found[1]?.text, 'an instrument that nobody lists has the broker’s name').toContain('SELL 10 INFY-EQ');
    expect(found[4]?.text).toMatch(/made by hand, has triggered: SELL 10 NSE:INFY .* in no strategy's books/);
  });

  it('is nothing of rules that rest, have gone, or protect a position', () => {
    const protecting = { ...rule, strategyId: 'swing' as StrategyId };
    expect(kinds({ ours: [buildOco(), buildSingle({ status: 'CANCELLED' }), protecting] })).toEqual([]);
  });
});
