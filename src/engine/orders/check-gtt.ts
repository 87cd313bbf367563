import type { Gtt } from '../../core/gtt.ts';
import { LONGEST_GTT_DAYS } from '../../core/gtt.ts';
import type { Instrument } from '../../core/instrument.ts';
import { snapToTick } from '../../core/money.ts';
import { DAY_MS } from '../../core/time.ts';

/** What is wrong with a rule, each with what was expected and what was found; none when it can be sent. */
export function gttProblems(
  rule: Gtt,
  instrument: Pick<Instrument, 'id' | 'kind' | 'tickSize' | 'lotSize'>,
): readonly string[] {
  const { lotSize, tickSize } = instrument;
  const problems: string[] = [];
  if (instrument.kind === 'INDEX')
    problems.push(`Expected an instrument that is traded, found the index "${instrument.id}"`);
  for (const { name, quantity, triggerPrice, limitPrice } of rule.legs) {
    if (!(Number.isSafeInteger(quantity) && quantity > 0 && quantity % lotSize === 0)) {
      problems.push(`${name}: expected units in lots of ${lotSize}, found "${quantity}"`);
    }
    for (const price of [triggerPrice, limitPrice]) {
      const isOnTick = price > 0 && Math.abs(snapToTick(price, tickSize) - price) < 1e-6;
      if (!isOnTick) problems.push(`${name}: expected a price in steps of ${tickSize}, found "${price}"`);
    }
  }
  const days = (rule.expires - rule.createdTime) / DAY_MS;
  if (!(days > 0 && days <= LONGEST_GTT_DAYS)) {
    problems.push(`Expected a rule to be good for at most ${LONGEST_GTT_DAYS} days, found "${days}"`);
  }
  if (rule.product === 'INTRADAY') problems.push('Expected a product that is kept overnight, found "INTRADAY"');
  if (rule.kind === 'OCO') {
    const [stopLoss, target] = rule.legs;
    const isStopBelow = stopLoss.triggerPrice < target.triggerPrice;
    if (stopLoss.triggerPrice === target.triggerPrice || isStopBelow !== (rule.side === 'SELL')) {
      const where = rule.side === 'SELL' ? 'below' : 'above';
      problems.push(
        `Expected the stop-loss ${where} the target, found triggers "${stopLoss.triggerPrice}" and "${target.triggerPrice}"`,
      );
    }
    if (stopLoss.quantity !== target.quantity) {
      problems.push(`Expected both legs of the same units, found "${stopLoss.quantity}" and "${target.quantity}"`);
    }
  }
  return problems;
}
