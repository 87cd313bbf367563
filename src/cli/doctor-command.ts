import { Command } from 'commander';
import { type Env, knownSecrets, readEnv, stateFolder } from '../config/env.ts';
import { type Bot, loadBot } from '../config/load-bot.ts';
import { loadMarketCalendar } from '../config/load-market-calendar.ts';
import { ConfigError } from '../core/errors.ts';
import { redactText, registerSecrets } from '../logging/redact.ts';
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

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Look whether this installation is fit to trade, and say what to do where it is not.')
    .option(
      '--check-ip',
      'ask the broker whether it takes orders from this IP address: cancels order 000000000000000, which can not exist, and places none',
    )
    .option('--timeout <seconds>', 'the longest that a check may take', readNumber('--timeout', { above: 0 }), 20)
    .option('--json', 'print the findings as one JSON document')
    .action(async (options: DoctorCommandOptions) => {
      const { examine } = await import('../worker/doctor.ts');
      const { openAngelOneProbes } = await import('../worker/doctor/angel-one-probes.ts');
      registerSecrets(knownSecrets());
      const env = environment();
      const simulator = 'angelOneUrl' in env ? env.angelOneUrl : null;
      let loading: Promise<Bot> | undefined;
      const bot = (): Promise<Bot> => {
        loading ??= loadBotOf();
        return loading;
      };
      const found = await examine({
        env,
        stateFolder: 'stateFolder' in env ? env.stateFolder : stateFolder(),
        loadConfiguration: async () => describe(await bot()),
        // A configuration that can not be read has a finding of its own.
        loadCalendar: async () => loadMarketCalendar((await bot().catch(() => null))?.calendarPath ?? undefined),
        timeUrl: simulator ?? TIME_URL,
        openProbes: openAngelOneProbes,
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

async function loadBotOf(): Promise<Bot> {
  return loadBot({ path: readEnv().configPath, strategies: await knownStrategies() });
}

function describe({ account, strategies }: Bot): string {
  return `account "${account.id}" (${account.broker}), ${strategies.length} strategies`;
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
