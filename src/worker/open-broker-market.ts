import { join } from 'node:path';
import { TokenFile } from '../brokers/angel-one/session/token-file.ts';
import { ANGEL_ONE_ENDPOINTS, type AngelOneEndpoints } from '../brokers/angel-one/settings.ts';
import { MemoryCallLog } from '../brokers/shared/memory-call-log.ts';
import type { AngelOneAccess, Env } from '../config/env.ts';
import type { Bot } from '../config/load-bot.ts';
import type { Logger } from '../logging/logger.ts';
import { openAngelOneMarket } from './angel-one-market.ts';
import type { OpenMarket } from './open-market.ts';
import { SystemClock } from './system-clock.ts';

export interface BrokerMarketOptions {
  readonly bot: Bot;
  readonly env: Env;
  readonly access: AngelOneAccess;
  readonly log: Logger;
}

/** Angel One as it is today: live prices by the time of day. */
export function openBrokerMarket({ bot, env, access, log }: BrokerMarketOptions): Promise<OpenMarket> {
  const clock = new SystemClock();
  const instrumentIds = [...new Set(bot.strategies.flatMap(({ instruments }) => instruments))];
  const tokens = join(env.stateFolder, `angel-one-session-${access.clientCode}`);
  return openAngelOneMarket({
    ...{ bot, credentials: access, clock, wireClock: clock, instrumentIds, log, isPlayed: false },
    endpoints: env.angelOneUrl === null ? ANGEL_ONE_ENDPOINTS : endpointsAt(env.angelOneUrl),
    callLog: new MemoryCallLog(clock),
    ...(env.tokenKey === null ? {} : { store: new TokenFile(tokens, env.tokenKey, access.clientCode) }),
  });
}

/** A simulator serves everything on one port. */
function endpointsAt(url: string): AngelOneEndpoints {
  const rest = url.replace(/\/+$/, '');
  const socket = rest.replace(/^http/, 'ws');
  return {
    rest,
    marketStream: `${socket}/smart-stream`,
    orderStream: `${socket}/smart-order-update`,
    instrumentMaster: `${rest}/OpenAPI_File/files/OpenAPIScripMaster.json`,
  };
}
