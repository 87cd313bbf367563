/** Good-till-triggered rules in lines for people. Entry points: `ruleLine`, `plannedRuleLines`. */
import { BY_HAND, type Gtt, type GttLeg, type GttLegName, isGttEnded } from '../../core/gtt.ts';
import { type Rupees, toPaise } from '../../core/money.ts';
import { DAY_MS, dayOf, formatDay } from '../../core/time.ts';
import { formatInstrument, formatMoney, formatPercent, formatPrice, formatUnits } from '../format-values.ts';

const ID_LETTERS = 6;

const LEG_WORDS: Readonly<Record<GttLegName, string>> = {
  SINGLE: 'trigger',
  STOP_LOSS: 'stop-loss',
  TARGET: 'target',
};

/** `g7k2m9 sell TCS: 40 at 3,200.00, limit 3,040.00, active, until 2027-11-17` */
export function ruleLine({ clientGttId, instrumentId, side, legs, expires }: Gtt): string {
  const terms = legs.map(({ quantity, triggerPrice, limitPrice, status }) => {
    const state = isGttEnded(status)
      ? status.toLowerCase()
      : `at ${formatPrice(triggerPrice)}, limit ${formatPrice(limitPrice)}, ${status.toLowerCase()}`;
    return `${formatUnits(quantity)} ${state}`;
  });
  return `${clientGttId.slice(0, ID_LETTERS)} ${side.toLowerCase()} ${formatInstrument(instrumentId)}: ${terms.join(' or ')}, until ${formatDay(dayOf(expires))}`;
}

/** What a rule would do, in numbers; with what it is now where it is changed. */
export function plannedRuleLines(rule: Gtt, before: Gtt | null, lastPrice: Rupees | null): readonly string[] {
  const atBroker =
    rule.kind === 'OCO'
      ? 'Both rest at the broker, who places the limit order of the one whose trigger is reached; this worker has to run to cancel the other.'
      : 'It rests at the broker, who places the limit order when the trigger is reached.';
  return [
    `${headOf(rule)}:`,
    ...rule.legs.map((leg) => `${legLine(leg)}${changeOf(leg, before)}`),
    ...(before === null ? [`Good for ${daysOf(rule)} days, until ${formatDay(dayOf(rule.expires))}.`] : []),
    atBroker,
    ...(lastPrice === null ? [] : [lastLine(rule, lastPrice)]),
    rule.strategyId === BY_HAND
      ? "What it trades is in no strategy's books: nobody closes it but you."
      : `It protects a position of ${rule.strategyId}.`,
  ];
}

/** What is taken back. */
export function cancelledRuleLines(rule: Gtt): readonly string[] {
  return [
    `${headOf(rule)}:`,
    ...rule.legs.filter(({ status }) => !isGttEnded(status)).map(legLine),
    `${rule.kind === 'OCO' ? 'Both are' : 'It is'} taken back from the broker.`,
    ...(rule.strategyId === BY_HAND
      ? []
      : [`It protects a position of ${rule.strategyId}, which goes without it then.`]),
  ];
}

function headOf({ side, legs, instrumentId, product }: Gtt): string {
  const verb = side === 'BUY' ? 'Buy' : 'Sell';
  const how = product.toLowerCase().replace('_', '-');
  return `${verb} ${formatUnits(legs[0].quantity)} ${formatInstrument(instrumentId)}, ${how}`;
}

function legLine({ name, quantity, triggerPrice, limitPrice }: GttLeg): string {
  return `${LEG_WORDS[name]} ${formatPrice(triggerPrice)}, limit ${formatPrice(limitPrice)}, ${formatMoney(toPaise(limitPrice, quantity))}`;
}

function changeOf(leg: GttLeg, before: Gtt | null): string {
  const was = before?.legs.find(({ name }) => name === leg.name);
  if (was === undefined) return '';
  const { quantity, triggerPrice, limitPrice } = was;
  const isSame = quantity === leg.quantity && triggerPrice === leg.triggerPrice && limitPrice === leg.limitPrice;
  return isSame
    ? ', as it is now'
    : `; now ${formatUnits(quantity)} at ${formatPrice(triggerPrice)}, limit ${formatPrice(limitPrice)}`;
}

function lastLine({ legs }: Gtt, lastPrice: Rupees): string {
  const away = legs.map(({ triggerPrice }) => {
    const percent = formatPercent((Math.abs(triggerPrice - lastPrice) / lastPrice) * 100);
    return triggerPrice === lastPrice ? 'at' : `${percent} ${triggerPrice > lastPrice ? 'above' : 'below'}`;
  });
  const triggers = legs.length === 1 ? 'the trigger is' : 'the triggers are';
  return `The last price is ${formatPrice(lastPrice)}, ${triggers} ${away.join(' and ')} it.`;
}

function daysOf({ createdTime, expires }: Gtt): number {
  return Math.round((expires - createdTime) / DAY_MS);
}
