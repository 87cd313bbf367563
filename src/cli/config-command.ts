import { Command } from 'commander';
import { type Env, readEnv } from '../config/env.ts';
import { type Bot, checkInstruments, checkTradingMode, loadBot } from '../config/load-bot.ts';
import { loadChargeRates } from '../config/load-charge-rates.ts';
import { loadInstruments } from '../config/load-instruments.ts';
import { loadMarketCalendar } from '../config/load-market-calendar.ts';
import { formatRupees } from '../core/money.ts';
import { redactText, redactValue, registerSecrets } from '../logging/redact.ts';
import { knownStrategies } from './known-strategies.ts';
import { printResult } from './output.ts';

export function configCommand(): Command {
  const command = new Command('config').description('Check the configuration and show what it comes to.');
  command
    .command('check')
    .description('Read .env and bot.config.ts as the worker does, and print the result without secrets.')
    .option('--json', 'print the result as one JSON document')
    .action(async (options: { readonly json?: boolean }) => {
      const env = readEnv();
      registerSecrets(env.secrets);
      const bot = await loadBot({ path: env.configPath, strategies: await knownStrategies() });
      checkTradingMode(env.tradingMode, bot);
      if (bot.replay !== null) {
        checkInstruments(
          bot,
          loadInstruments(bot.replay.instrumentsPath).map(({ id }) => id),
        );
      }
      loadMarketCalendar(bot.calendarPath ?? undefined);
      loadChargeRates(bot.chargesPath ?? undefined);
      printResult(
        { json: redactValue(summaryOf(env, bot)), text: redactText(formatSummary(env, bot)) },
        options.json === true,
      );
    });
  return command;
}

function summaryOf({ secrets, databaseUrl, redisUrl, ...env }: Env, bot: Bot): object {
  return {
    environment: {
      ...env,
      database: placeOf(databaseUrl, 'embedded'),
      queue: placeOf(redisUrl, 'database'),
      hiddenValues: secrets.length,
    },
    bot: { ...bot, strategies: bot.strategies.map((entry) => ({ ...entry, strategy: entry.strategy.name })) },
  };
}

function formatSummary(env: Env, bot: Bot): string {
  return [
    `mode      ${env.tradingMode}, account "${bot.account.id}" (${bot.account.broker}), capital ${formatRupees(bot.account.capitalPaise)}`,
    `database  ${placeOf(env.databaseUrl, `embedded PostgreSQL under ${env.stateFolder}`)}`,
    `queue     ${placeOf(env.redisUrl, 'in the database')}`,
    ...bot.strategies.map(
      (entry) =>
        `strategy  ${entry.id}: ${entry.strategy.name} ${entry.timeframe} on ${entry.instruments.join(', ')}; ${entry.product}; ${JSON.stringify(entry.sizing)}; ${JSON.stringify(entry.params)}`,
    ),
    `limits    ${JSON.stringify(bot.limits)}`,
    `session   ${bot.replay === null ? 'none' : `${bot.replay.sessionPath} at speed ${bot.replay.speed}`}`,
    'The configuration is valid.',
  ].join('\n');
}

/** Host and name without user and password. */
function placeOf(url: string | null, fallback: string): string {
  if (url === null) return fallback;
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
