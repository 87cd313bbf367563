/** What a pre-open checklist asks the broker, over the connections that the worker has. Entry point: `brokerItems`. */
import { formatMoney } from '../../alerts/format-values.ts';
import type { AngelOne } from '../../brokers/angel-one/open-angel-one.ts';
import { funds } from '../../brokers/angel-one/rest/portfolio-calls.ts';
import type { AngelOneEndpoints } from '../../brokers/angel-one/settings.ts';
import type { MarketCalendar } from '../../core/market-session.ts';
import { type Paise, toPaise } from '../../core/money.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Outcome } from '../../ports/outcome.ts';
import { cancelNothing, lookAtMaster, lookAtSession } from '../doctor/angel-one-probes.ts';
import { brokerChecks } from '../doctor/broker-checks.ts';
import { type Check, type Finding, fail, ok, warn } from '../doctor/check.ts';
import { clockCheck } from '../doctor/machine-checks.ts';

export interface BrokerItemsOptions {
  readonly angel: AngelOne;
  readonly endpoints: AngelOneEndpoints;
  readonly calendar: MarketCalendar;
  readonly clock: Clock;
  /** Whether orders end at the broker: only then it has to take them from this address, and to have the money. */
  readonly hasOrders: boolean;
  readonly capitalPaise: Paise;
  /** Null while prices can come; else why not. */
  readonly streamTrouble: () => string | null;
}

export function brokerItems(options: BrokerItemsOptions): readonly Check[] {
  const { angel, endpoints, calendar, clock, hasOrders } = options;
  const probes = {
    session: async () => {
      const before = await angel.session.tokens();
      return { ...(await lookAtSession(angel, before.jwt)), isKept: true };
    },
    master: (signal: AbortSignal) => lookAtMaster(endpoints.instrumentMaster, signal),
    cancelNothing: () => cancelNothing(angel.client),
    close: () => Promise.resolve(),
  };
  return [
    ...brokerChecks(probes, { checkIp: hasOrders, calendar, now: () => clock.now() }),
    { name: 'stream', run: async () => judgeStream(options.streamTrouble()) },
    clockCheck(endpoints.rest, () => clock.now()),
    { name: 'funds', run: async () => judgeFunds(await funds(angel.client), options) },
  ];
}

function judgeStream(trouble: string | null): Finding {
  if (trouble === null) return ok('prices can come');
  return fail(trouble, 'Look at the network; without prices nothing is decided.');
}

function judgeFunds(
  outcome: Outcome<{ readonly availableCash: number | null }>,
  { hasOrders, capitalPaise }: Pick<BrokerItemsOptions, 'hasOrders' | 'capitalPaise'>,
): Finding {
  if (outcome.kind !== 'done') {
    const why = outcome.kind === 'throttled' ? 'the broker asks for fewer calls' : outcome.reason;
    return hasOrders ? fail(`could not be asked: ${why}`, 'Look at the check of the session first.') : ok('not known');
  }
  if (outcome.value.availableCash === null) return warn('the broker does not say', 'Look them up in its app.');
  const available = toPaise(outcome.value.availableCash);
  const found = `${formatMoney(available)} available at the broker`;
  if (!hasOrders) return ok(`${found}; orders are filled on paper`);
  if (available <= 0) return fail(found, 'No entry can be paid: add funds, or release what is blocked.');
  if (available >= capitalPaise) return ok(found);
  const todo = 'Entries are sized for more than there is: add funds, or set a smaller capital in bot.config.ts.';
  return warn(`${found}, ${formatMoney(capitalPaise)} configured`, todo);
}
