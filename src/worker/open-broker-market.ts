import { MemoryCallLog } from '../brokers/shared/memory-call-log.ts';
import type { AngelOneAccess, Env } from '../config/env.ts';
import type { Bot } from '../config/load-bot.ts';
import type { Logger } from '../logging/logger.ts';
import { endpointsOf, tokenStoreOf } from './angel-one-access.ts';
import { openAngelOneMarket } from './angel-one-market.ts';
import type { OpenMarket } from './open-market.ts';
import { SystemClock } from './system-clock.ts';

export interface BrokerMarketOptions {
  readonly bot: Bot;
  readonly env: Env;
  readonly access: AngelOneAccess;
  readonly orders: 'paper' | 'broker';
  readonly log: Logger;
}

/** Angel One as it is today: live prices by the time of day. */
export function openBrokerMarket({ bot, env, access, orders, log }: BrokerMarketOptions): Promise<OpenMarket> {
  const clock = new SystemClock();
  const instrumentIds = [...new Set(bot.strategies.flatMap(({ instruments }) => instruments))];
  return openAngelOneMarket({
    ...{ bot, credentials: access, clock, wireClock: clock, instrumentIds, log, isPlayed: false, speed: 1 },
    orders,
    endpoints: endpointsOf(env),
    callLog: new MemoryCallLog(clock),
    ...tokenStoreOf(env, access),
  });
}
