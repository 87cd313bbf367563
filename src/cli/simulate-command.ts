import { fstatSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { ConfigError } from '../core/errors.ts';
import { SECOND_MS } from '../core/time.ts';
import type { OpenMarket } from '../simulators/angel-one/market/open-market.ts';
import type { AngelOneSimulator } from '../simulators/angel-one/start-simulator.ts';
import { readChoice, readExistingPath, readNumber, readWholeNumber } from './options.ts';
import { printNote } from './output.ts';

const CLOCKS = ['system', 'session'] as const;
const HOURS = ['calendar', 'always'] as const;
const BROKERS = ['angel-one'] as const;
const SAMPLE_INSTRUMENTS = fileURLToPath(new URL('../../backtest-data/instruments.json', import.meta.url));
const PAISE_PER_RUPEE = 100;

interface SimulateOptions {
  readonly port: number;
  readonly session?: string;
  readonly instruments?: string;
  readonly speed: number;
  readonly clock?: (typeof CLOCKS)[number];
  readonly hours?: (typeof HOURS)[number];
  readonly ticks: number;
  readonly seed: string;
  readonly funds: number;
  readonly masterRows: number;
  readonly calendar?: string;
  readonly lead: number;
  readonly hold?: boolean;
  readonly json?: boolean;
}

export function simulateCommand(): Command {
  return new Command('simulate')
    .description(
      "Serve a broker's protocol on this machine: REST, streams and instrument file over a simulated exchange. No account, no money; the credentials it prints are made up.",
    )
    .argument('<broker>', `which broker: ${BROKERS.join(', ')}`, readChoice('<broker>', BROKERS))
    .option('--port <number>', 'port on 127.0.0.1; 0 takes any free one', readWholeNumber('--port', 0), 0)
    .option('--session <file>', 'recorded ticks to play', readExistingPath('--session', 'a recorded session'))
    .option(
      '--instruments <file>',
      'instruments as JSON (by default those of the bundled sample)',
      readExistingPath('--instruments', 'a list of instruments'),
    )
    .option('--speed <times>', 'play the session so many times as fast', readNumber('--speed', { above: 0 }), 1)
    .option(
      '--clock <which>',
      'session: recorded time and prices (the default with --session); system: time of day and made-up prices',
      readChoice('--clock', CLOCKS),
    )
    .option(
      '--hours <which>',
      'when orders are taken: by the market calendar (the default of the session clock), or always (of the system clock)',
      readChoice('--hours', HOURS),
    )
    .option(
      '--ticks <number>',
      'made-up prices per second, over all instruments',
      readNumber('--ticks', { above: 0 }),
      50,
    )
    .option('--seed <text>', 'of the made-up prices', 'simulate')
    .option('--funds <rupees>', 'cash of the account', readNumber('--funds', { atLeast: 0 }), 10_00_000)
    .option(
      '--master-rows <number>',
      'rows of the instrument file besides the listed',
      readWholeNumber('--master-rows', 0),
      0,
    )
    .option(
      '--calendar <file>',
      'trading days and hours, instead of the ones that ship',
      readExistingPath('--calendar', 'a market calendar'),
    )
    .option(
      '--lead <seconds>',
      'how long before the first recorded price the clock begins',
      readNumber('--lead', { atLeast: 0 }),
      300,
    )
    .option('--hold', 'prices stand until the control surface is told to start them')
    .option('--json', 'print one line of JSON with endpoints, control, credentials and pid')
    .action(async (_broker: string, options: SimulateOptions) => simulate(options));
}

async function simulate(options: SimulateOptions): Promise<void> {
  const { listenForStop } = await import('../worker/stop-signal.ts');
  const { startAngelOneSimulator } = await import('../simulators/angel-one/start-simulator.ts');
  const { madeUpAccount } = await import('../simulators/angel-one/accounts/made-up-account.ts');
  const { masterText } = await import('../simulators/angel-one/master/make-master.ts');
  const { ALWAYS_OPEN } = await import('../simulators/angel-one/control/always-open.ts');
  const { loadMarketCalendar } = await import('../config/load-market-calendar.ts');
  const { loadChargeRates } = await import('../config/load-charge-rates.ts');
  const { createChargeModel } = await import('../simulation/charge-model.ts');
  const { dayOf } = await import('../core/time.ts');

  const clock = options.clock ?? (options.session === undefined ? 'system' : 'session');
  const isAlwaysOpen = (options.hours ?? (clock === 'system' ? 'always' : 'calendar')) === 'always';
  const market = await openMarket(options, clock);
  const account = madeUpAccount(Math.round(options.funds * PAISE_PER_RUPEE));
  const stop = listenForStop(printNote);
  const unwatch = watchStdin();
  try {
    const simulator = await startAngelOneSimulator({
      market,
      accounts: [account],
      calendar: isAlwaysOpen ? ALWAYS_OPEN : loadMarketCalendar(options.calendar),
      charges: createChargeModel(loadChargeRates(), 'angel-one'),
      port: options.port,
      master: () => masterText(market.listings, { fillerRows: options.masterRows, day: dayOf(market.clock.now()) }),
      // The client counts its calls by the system's clock, however fast the session is played.
      behaviours: { rateClock: 'wall', ...(isAlwaysOpen ? { squareOffTime: null } : {}) },
    });
    try {
      const { clientCode, mpin, totpSecret, apiKey } = account;
      announce(simulator, { clientCode, mpin, totpSecret, apiKey }, options.json === true);
      if (options.json === true) announceEnd(market);
      if (options.hold !== true) market.start();
      await aborted(AbortSignal.any([stop.signal, unwatch.signal]));
    } finally {
      await simulator.close();
    }
  } finally {
    market.close();
    unwatch.dispose();
    stop.dispose();
  }
}

async function openMarket(options: SimulateOptions, clock: (typeof CLOCKS)[number]): Promise<OpenMarket> {
  const { loadInstruments } = await import('../config/load-instruments.ts');
  const { listingsOf } = await import('../simulators/angel-one/master/make-master.ts');
  const { loadMarketCalendar } = await import('../config/load-market-calendar.ts');
  const { loadTicks } = await import('../history/load-ticks.ts');
  const listings = listingsOf(loadInstruments(options.instruments ?? SAMPLE_INSTRUMENTS));
  const ticks = options.session === undefined ? [] : await loadTicks(options.session);
  if (clock === 'session') {
    if (options.session === undefined) throw new ConfigError('--clock session: expected --session <file>, found none');
    const { openSessionMarket } = await import('../simulators/angel-one/market/session-market.ts');
    const { speed, lead } = options;
    const calendar = loadMarketCalendar(options.calendar);
    return openSessionMarket({ listings, ticks, speed, calendar, leadMs: lead * SECOND_MS });
  }
  const { openSystemMarket } = await import('../simulators/angel-one/market/system-market.ts');
  // Made-up prices begin where the recording does.
  const first = new Map(ticks.toReversed().map(({ instrumentId, lastPrice }) => [instrumentId, lastPrice]));
  const startPriceOf = ({ instrument }: (typeof listings)[number]): number | undefined => first.get(instrument.id);
  return openSystemMarket({ listings, seed: options.seed, ticksPerSecond: options.ticks, startPriceOf });
}

interface PrintedCredentials {
  readonly clientCode: string;
  readonly mpin: string;
  readonly totpSecret: string;
  readonly apiKey: string;
}

/** One line: whoever started this process reads it and goes on. */
function announce({ endpoints, control }: AngelOneSimulator, credentials: PrintedCredentials, asJson: boolean): void {
  const about = 'made up: they open this simulator and nothing else';
  if (asJson) {
    const document = { endpoints, control, credentials: { ...credentials, about }, pid: process.pid };
    process.stdout.write(`${JSON.stringify(document)}\n`);
    return;
  }
  const { clientCode, mpin, totpSecret, apiKey } = credentials;
  process.stdout.write(
    `Angel One simulator: REST ${endpoints.rest}, market ${endpoints.marketStream}, orders ${endpoints.orderStream}, master ${endpoints.instrumentMaster}, control ${control}; client ${clientCode}, MPIN ${mpin}, TOTP secret ${totpSecret}, API key ${apiKey} (${about})\n`,
  );
}

/** A second line when the last print of a session has been made: how many a listener should have had. */
function announceEnd(market: OpenMarket): void {
  let prints = 0;
  market.onTick(() => {
    prints += 1;
  });
  void market.ended.then(() => process.stdout.write(`${JSON.stringify({ event: 'ended', prints })}\n`));
}

interface StdinWatch {
  readonly signal: AbortSignal;
  dispose(): void;
}

/** Aborts when whoever holds the other end of our input is gone; a terminal or no input at all says nothing of that. */
function watchStdin(): StdinWatch {
  const controller = new AbortController();
  const kind = fstatSync(process.stdin.fd);
  if (!kind.isFIFO() && !kind.isSocket()) return { signal: controller.signal, dispose: () => undefined };
  const onEnd = (): void => controller.abort();
  process.stdin.on('end', onEnd).on('error', onEnd).resume();
  return {
    signal: controller.signal,
    dispose() {
      process.stdin.off('end', onEnd).off('error', onEnd).pause();
      process.stdin.unref?.();
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
