import { Command } from 'commander';
import { type Env, knownSecrets, readEnv, stateFolder } from '../config/env.ts';
import { loadBot } from '../config/load-bot.ts';
import { loadMarketCalendar } from '../config/load-market-calendar.ts';
import { ConfigError } from '../core/errors.ts';
import { redactText, registerSecrets } from '../logging/redact.ts';
import type { BrokerProbes } from '../worker/doctor/broker-checks.ts';
import type { Diagnosis } from '../worker/doctor/check.ts';
import { EXIT_FAILED } from './exit-codes.ts';
import { knownStrategies } from './known-strategies.ts';
import { readNumber } from './options.ts';
import { printResult } from './output.ts';

interface DoctorCommandOptions {
  readonly checkIp?: boolean;
  readonly timeout: number;
  readonly json?: boolean;
}

/** The broker's REST host, whose clock the one-time passwords and the sessions go by. */
const TIME_URL = 'https://apiconnect.angelone.in/';
const MARKS = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL' } as const;

export function doctorCommand(openProbes?: (env: Env) => Promise<BrokerProbes>, timeUrl?: string): Command {
  return new Command('doctor')
    .description('Look whether this installation is fit to trade, and say what to do where it is not.')
    .option(
      '--check-ip',
      'ask the broker, by cancelling an order that does not exist, whether it takes orders from here',
    )
    .option('--timeout <seconds>', 'the longest that a check may take', readNumber('--timeout', { above: 0 }), 20)
    .option('--json', 'print the findings as one JSON document')
    .action(async (options: DoctorCommandOptions) => {
      const { examine } = await import('../worker/doctor.ts');
      registerSecrets(knownSecrets());
      const env = environment();
      const simulator = 'angelOneUrl' in env ? env.angelOneUrl : null;
      const found = await examine({
        env,
        stateFolder: 'stateFolder' in env ? env.stateFolder : stateFolder(),
        loadConfiguration,
        loadCalendar: () => loadMarketCalendar(),
        timeUrl: timeUrl ?? simulator ?? TIME_URL,
        openProbes,
        checkIp: options.checkIp === true,
        timeoutMs: options.timeout * 1_000,
      });
      if (found.some(({ status }) => status === 'fail')) process.exitCode = EXIT_FAILED;
      const checks = found.map((each) => ({
        ...each,
        found: redactText(each.found),
        todo: each.todo === null ? null : redactText(each.todo),
      }));
      const isFit = process.exitCode !== EXIT_FAILED;
      printResult({ json: { isFit, checks }, text: format(checks) }, options.json === true);
    });
}

function environment(): Env | { readonly problem: string } {
  try {
    return readEnv();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { problem: error.message };
  }
}

async function loadConfiguration(): Promise<string> {
  const { configPath } = readEnv();
  const bot = await loadBot({ path: configPath, strategies: await knownStrategies() });
  return `account "${bot.account.id}" (${bot.account.broker}), ${bot.strategies.length} strategies`;
}

function format(checks: readonly Diagnosis[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const indent = ' '.repeat(width + 7);
  const lines = checks.flatMap(({ name, status, found, todo }) => {
    const line = `${MARKS[status]} ${name.padEnd(width)}  ${found}`;
    return todo === null ? [line] : [line, `${indent}-> ${todo}`];
  });
  const failed = checks.filter(({ status }) => status === 'fail').length;
  const warned = checks.filter(({ status }) => status === 'warn').length;
  const sum = failed > 0 ? `Not fit to trade: ${failed} of ${checks.length} checks failed` : 'Fit to trade';
  return [...lines, warned === 0 ? `${sum}.` : `${sum}, ${warned} with a warning.`].join('\n');
}
