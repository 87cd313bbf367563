import { readEnv } from '../config/env.ts';
import { ConfigError } from '../core/errors.ts';
import { knownStrategies } from './known-strategies.ts';

/** The account that a command is about when none is named: that of bot.config.ts. */
export async function accountOfBot(): Promise<string> {
  const { loadBot } = await import('../config/load-bot.ts');
  try {
    return (await loadBot({ path: readEnv().configPath, strategies: await knownStrategies() })).account.id;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(`${error.message} (to act on an account all the same, name it with --account)`);
  }
}
