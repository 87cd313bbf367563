import type { Alert, AlertLevel } from '../core/alert.ts';
import type { Gtt, GttLeg, GttLegName } from '../core/gtt.ts';
import { dayOf, formatDay } from '../core/time.ts';
import type { GttUpdate } from '../ports/gtt-ledger.ts';
import { formatInstrument, formatPrice, formatUnits } from './format-values.ts';

const LEGS: Readonly<Record<GttLegName, string>> = { SINGLE: '', STOP_LOSS: ' (stop-loss)', TARGET: ' (target)' };

/** What a person is told of a step in the life of a rule; undefined when it is no news. */
export function gttAlert(rule: Gtt, update: GttUpdate): Alert | undefined {
  const { clientGttId, leg: name, time, reason } = update;
  const leg = rule.legs.find((each) => each.name === name);
  const news = leg && newsOf(update);
  if (!leg || !news) return undefined;
  const [topic, level, done] = news;
  const why = reason === null ? '' : `: ${reason}`;
  const text = `GTT ${done}${LEGS[name]}: ${termsOf(rule, leg)}${why}`;
  return { key: `gtt/${clientGttId}/${name}/${topic}/${time}`, kind: 'gtt', topic, level, text, time };
}

function newsOf(update: GttUpdate): readonly [topic: string, level: AlertLevel, done: string] | undefined {
  switch (update.status) {
    case 'ACTIVE':
      if (update.sentTerms !== undefined) return ['changed', 'info', 'changed'];
      return update.brokerGttId === undefined ? undefined : ['created', 'info', 'created'];
    case 'TRIGGERED':
      return ['triggered', 'info', 'triggered'];
    case 'CANCELLED':
      return ['ended', 'info', 'cancelled'];
    case 'EXPIRED':
      return ['ended', 'warning', 'expired'];
    case 'REJECTED':
      return ['failed', 'critical', 'rejected by the broker'];
    case 'UNKNOWN':
      return ['failed', 'warning', "of unknown fate, the broker's list is being searched"];
    default:
      return undefined;
  }
}

/** `sell 10 RELIANCE at 1,375.00 from 1,380.00, good until 2027-02-17` */
function termsOf({ side, instrumentId, expires }: Gtt, { quantity, limitPrice, triggerPrice }: GttLeg): string {
  const what = `${side.toLowerCase()} ${formatUnits(quantity)} ${formatInstrument(instrumentId)}`;
  return `${what} at ${formatPrice(limitPrice)} from ${formatPrice(triggerPrice)}, good until ${formatDay(dayOf(expires))}`;
}
