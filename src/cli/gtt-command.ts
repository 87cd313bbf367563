/**
 * `gtt`: good-till-triggered rules by hand. They work without a running worker; nothing is changed without `--yes`, and
 * what would be changed is said in numbers either way.
 */
import { Command } from 'commander';
import { readEnv } from '../config/env.ts';
import { loadBot } from '../config/load-bot.ts';
import { ConfigError } from '../core/errors.ts';
import { BY_HAND, type Gtt, type GttLegName, type GttTerms, LONGEST_GTT_DAYS } from '../core/gtt.ts';
import type { ClientOrderId } from '../core/ids.ts';
import type { GttDesk } from '../worker/gtt-desk.ts';
import { EXIT_FAILED } from './exit-codes.ts';
import { describeBrokerGtt, describeGtt, formatGtt, formatGttList } from './format-gtt.ts';
import { knownStrategies } from './known-strategies.ts';
import { readChoice, readNumber, readWholeNumber } from './options.ts';
import { printNote, printResult } from './output.ts';

interface TermOptions {
  readonly quantity?: number;
  readonly trigger?: number;
  readonly limit?: number;
  readonly stopTrigger?: number;
  readonly stopLimit?: number;
  readonly targetTrigger?: number;
  readonly targetLimit?: number;
}

interface ChangeOptions extends TermOptions {
  readonly wait: number;
  readonly yes?: boolean;
  readonly json?: boolean;
}

interface NewOptions extends ChangeOptions {
  readonly side: 'buy' | 'sell';
  readonly product: 'delivery' | 'carry-forward';
  readonly days: number;
}

const DEFAULT_WAIT_SECONDS = 60;

export function gttCommand(): Command {
  const command = new Command('gtt').description(
    'Good-till-triggered rules: orders that rest at the broker until their trigger, for up to a year.',
  );
  command
    .command('list')
    .description("Show the account's rules, and those at the broker that are not ours.")
    .option('--all', 'those that have ended as well')
    .option('--json', 'print them as one JSON document')
    .action(list);
  const create = command
    .command('new')
    .argument('<instrument>', 'an id such as NSE:RELIANCE, or a plain name')
    .description(
      'Make a rule: one trigger, or a stop-loss and a target of which the one that triggers cancels the other.',
    )
    .requiredOption('--side <side>', 'buy or sell', readChoice('--side', ['buy', 'sell'] as const))
    .requiredOption('--quantity <units>', 'units', readWholeNumber('--quantity', 1))
    .option('--days <days>', 'taken back when not triggered by then', readWholeNumber('--days', 1), LONGEST_GTT_DAYS)
    .option(
      '--product <product>',
      'delivery, or carry-forward for derivatives',
      readChoice('--product', ['delivery', 'carry-forward'] as const),
      'delivery',
    );
  changing(withTerms(create)).action(open);
  const modify = command
    .command('modify')
    .argument('<id>', 'of the rule, as "gtt list" shows it')
    .description('Change the units, triggers or limits of a rule that is at the broker; what is left out stays.')
    .option('--quantity <units>', 'units', readWholeNumber('--quantity', 1));
  changing(withTerms(modify)).action(change);
  const cancel = command
    .command('cancel')
    .argument('<id>', 'of the rule, as "gtt list" shows it')
    .description('Take a rule back, a pair as a whole.');
  changing(cancel).action(withdraw);
  const settle = command
    .command('settle')
    .description('Finish what is unfinished: rules of a run that broke off, legs whose pair has triggered or gone.');
  changing(settle).action(settleAll);
  return command;
}

function withTerms(command: Command): Command {
  const price = (option: string) => readNumber(option, { above: 0 });
  return command
    .option('--trigger <price>', 'price that sets off the only leg', price('--trigger'))
    .option('--limit <price>', 'limit of its order', price('--limit'))
    .option('--stop-trigger <price>', 'price that sets off the stop-loss', price('--stop-trigger'))
    .option('--stop-limit <price>', 'limit of its order', price('--stop-limit'))
    .option('--target-trigger <price>', 'price that sets off the target', price('--target-trigger'))
    .option('--target-limit <price>', 'limit of its order', price('--target-limit'));
}

function changing(command: Command): Command {
  const wait = readNumber('--wait', { above: 0 });
  return command
    .option('--yes', 'do it; without this it is only said what would be done')
    .option('--wait <seconds>', 'how long to work on it', wait, DEFAULT_WAIT_SECONDS)
    .option('--json', 'print what happened as one JSON document')
    .addHelpText(
      'after',
      '\nExit code 1: it is not settled; "gtt settle --yes" or a running worker goes on with it.' +
        '\nWhat a rule by hand trades when it triggers is in no strategy\'s books: "differences" lists it, and nobody closes it but you.',
    );
}

async function list(options: { readonly all?: boolean; readonly json?: boolean }): Promise<void> {
  await atDesk(null, async (desk) => {
    const [rules, book] = [await desk.ledger.all(), await desk.broker.list()];
    const atBroker = book.kind === 'done' ? book.value : null;
    if (atBroker === null) printNote(`The broker's list can not be had: ${'reason' in book ? book.reason : book.kind}`);
    const ids = new Set(rules.flatMap(({ legs }) => legs.map(({ brokerGttId }) => brokerGttId)));
    const foreign = atBroker?.rules.filter(({ id, status }) => status === 'LIVE' && !ids.has(id)) ?? null;
    const shown = rules.map(describeGtt).filter(({ isEnded }) => options.all === true || !isEnded);
    const json = {
      ...{ account: desk.account, rules: shown, foreign: foreign?.map(describeBrokerGtt) ?? null },
      unreadRows: atBroker?.unreadRows ?? null,
    };
    printResult({ json, text: formatGttList(shown, foreign, atBroker?.unreadRows ?? 0) }, options.json === true);
  });
}

async function open(name: string, options: NewOptions): Promise<void> {
  await atDesk(name, async (desk) => {
    const { plannedGtt } = await import('../worker/gtt-desk.ts');
    const { instrument } = desk;
    if (instrument === null) throw new ConfigError(`Expected an instrument of the list, found "${name}"`);
    const side = options.side === 'buy' ? 'BUY' : 'SELL';
    const product = options.product === 'delivery' ? 'DELIVERY' : 'CARRY_FORWARD';
    const wish = { instrumentId: instrument.id, side, product, days: options.days, legs: termsOf(options) } as const;
    const rule = plannedGtt(wish, desk.clock.now());
    refuseIf(desk.problemsOf(rule));
    await carryOut(desk, 'new', rule, options, async () => {
      await desk.ledger.open(rule);
    });
  });
}

async function change(id: string, options: ChangeOptions): Promise<void> {
  await atDesk(null, async (desk) => {
    const rule = await ruleOf(desk, id);
    if (rule.strategyId !== BY_HAND && options.quantity !== undefined) {
      throw new ConfigError(
        `Expected --quantity for a rule by hand, found one that protects what "${rule.strategyId}" holds`,
      );
    }
    const wanted = new Map<GttLegName, GttTerms>();
    for (const leg of rule.legs) {
      const { trigger, limit } = pricesOf(leg.name, options);
      const terms = {
        quantity: options.quantity ?? leg.quantity,
        triggerPrice: trigger ?? leg.triggerPrice,
        limitPrice: limit ?? leg.limitPrice,
      };
      wanted.set(leg.name, terms);
    }
    const withWanted = <T extends GttTerms & { readonly name: GttLegName }>(leg: T): T => ({
      ...leg,
      ...wanted.get(leg.name),
    });
    const changed: Gtt =
      rule.kind === 'OCO'
        ? { ...rule, legs: [withWanted(rule.legs[0]), withWanted(rule.legs[1])] }
        : { ...rule, legs: [withWanted(rule.legs[0])] };
    refuseIf(desk.problemsOf(changed));
    await carryOut(desk, 'modify', changed, options, async () => {
      const jobs = await desk.ledger.change(rule.clientGttId, Object.fromEntries(wanted), desk.clock.now());
      if (jobs.length > 0) return;
      const found = rule.legs.map((leg) => `${leg.name} "${leg.status}"`).join(', ');
      throw new ConfigError(`Expected a rule whose legs are at the broker and wanted, found ${found}`);
    });
  });
}

async function withdraw(id: string, options: ChangeOptions): Promise<void> {
  await atDesk(null, async (desk) => {
    const rule = await ruleOf(desk, id);
    await carryOut(desk, 'cancel', rule, options, async () => {
      await desk.ledger.withdraw(rule.clientGttId, desk.clock.now());
    });
  });
}

async function settleAll(options: ChangeOptions): Promise<void> {
  await atDesk(null, async (desk) => {
    const rules = await desk.unsettled();
    if (options.yes !== true) refuseWithoutYes(`${rules.length} rules would be looked after`);
    const results = [];
    for (const { clientGttId } of rules) {
      const result = await desk.settle(clientGttId, options.wait * 1_000);
      if (result.kind !== 'done') process.exitCode = EXIT_FAILED;
      const after = await ruleOf(desk, clientGttId);
      results.push({ ...describeGtt(after), result });
    }
    const text = results.map((each) => formatGtt(each)).join('\n') || 'Nothing is unfinished.';
    printResult({ json: { account: desk.account, rules: results }, text }, options.json === true);
  });
}

async function carryOut(
  desk: GttDesk,
  deed: 'new' | 'modify' | 'cancel',
  rule: Gtt,
  options: ChangeOptions,
  write: () => Promise<void>,
): Promise<void> {
  const before = formatGtt(describeGtt(rule));
  printNote(`${deed} in account "${desk.account}": ${before}`);
  if (options.yes !== true) refuseWithoutYes('Nothing was changed');
  await write();
  const result = await desk.settle(rule.clientGttId, options.wait * 1_000);
  const described = describeGtt(await ruleOf(desk, rule.clientGttId));
  const isRefused = deed === 'new' && described.status === 'REJECTED';
  if (result.kind !== 'done' || isRefused) process.exitCode = EXIT_FAILED;
  const why = 'reason' in result ? `\nNot settled: ${result.reason}` : '';
  const json = { account: desk.account, deed, rule: described, result };
  printResult({ json, text: `${formatGtt(described)}${why}` }, options.json === true);
}

function refuseWithoutYes(what: string): never {
  throw new ConfigError(`${what}: add --yes to do it`);
}

function refuseIf(problems: readonly string[]): void {
  if (problems.length > 0) throw new ConfigError(problems.join('; '));
}

async function ruleOf(desk: GttDesk, id: string): Promise<Gtt> {
  const rule = await desk.ledger.rule(id as ClientOrderId);
  if (rule === undefined)
    throw new ConfigError(`Expected the id of a rule as "gtt list --all" shows it, found "${id}"`);
  return rule;
}

function termsOf(options: TermOptions): Partial<Record<GttLegName, GttTerms>> {
  const terms: Partial<Record<GttLegName, GttTerms>> = {};
  for (const name of ['SINGLE', 'STOP_LOSS', 'TARGET'] as const) {
    const { trigger, limit } = pricesOf(name, options);
    if (trigger === undefined && limit === undefined) continue;
    if (trigger === undefined || limit === undefined || options.quantity === undefined) {
      throw new ConfigError(`${name}: expected a trigger and a limit, found only one of them`);
    }
    terms[name] = { quantity: options.quantity, triggerPrice: trigger, limitPrice: limit };
  }
  return terms;
}

function pricesOf(
  name: GttLegName,
  options: TermOptions,
): { readonly trigger?: number | undefined; readonly limit?: number | undefined } {
  if (name === 'SINGLE') return { trigger: options.trigger, limit: options.limit };
  if (name === 'STOP_LOSS') return { trigger: options.stopTrigger, limit: options.stopLimit };
  return { trigger: options.targetTrigger, limit: options.targetLimit };
}

async function atDesk(instrument: string | null, work: (desk: GttDesk) => Promise<void>): Promise<void> {
  const { openGttDesk } = await import('../worker/gtt-desk.ts');
  const env = readEnv();
  const bot = await loadBot({ path: env.configPath, strategies: await knownStrategies() });
  const desk = await openGttDesk({ env, bot, instrument, say: printNote });
  try {
    await work(desk);
  } finally {
    await desk.close();
  }
}
