/** A simulator whose prices move by hand, and the child processes that are killed. Entry point: `PointsDesk`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BotFile } from '../../../src/config/define-bot.ts';
import { loadInstruments } from '../../../src/config/load-instruments.ts';
import type { EpochMs } from '../../../src/core/time.ts';
import { type AngelOneSimulator, startAngelOneSimulator } from '../../../src/simulators/angel-one/start-simulator.ts';
import { TEST_ACCOUNT } from '../../support/angel-one-client.ts';
import { type HandMarket, openHandMarket } from '../../support/angel-one-market.ts';
import { fixedCalendar } from '../../support/fixed-calendar.ts';
import { SIMPLE_CHARGES } from '../../support/simple-charges.ts';
import type { Points } from './fault-points.ts';
import type { PointsWorkerInput } from './points-worker.ts';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const CHILD = fileURLToPath(new URL('points-worker.ts', import.meta.url));
const SHARE = 'NSE:INFY';
export const START_PRICE = 1_500;

export interface DeskOptions {
  /** Where the database is, shared by all runs. */
  readonly stateFolder: string;
  /** For the files of this run. */
  readonly folder: string;
  /** Names what is this run's in the database. */
  readonly name: string;
  readonly start: EpochMs;
  readonly speed: number;
  readonly bot: Pick<BotFile, 'execution'> & { readonly strategy: string; readonly params?: Record<string, unknown> };
}

export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class PointsDesk {
  readonly market: HandMarket;
  readonly simulator: AngelOneSimulator;
  readonly #options: DeskOptions;
  readonly #configPath: string;
  readonly #children = new Set<ChildProcess>();

  private constructor(options: DeskOptions, market: HandMarket, simulator: AngelOneSimulator, configPath: string) {
    this.#options = options;
    this.market = market;
    this.simulator = simulator;
    this.#configPath = configPath;
  }

  static async open(options: DeskOptions): Promise<PointsDesk> {
    const { folder, start } = options;
    const listed = loadInstruments(join(PROJECT, 'backtest-data/instruments.json')).filter(({ id }) => id === SHARE);
    const market = openHandMarket(listed, start);
    const simulator = await startAngelOneSimulator({
      market,
      accounts: [TEST_ACCOUNT],
      calendar: fixedCalendar,
      charges: SIMPLE_CHARGES,
      // Commands go by the time of day, whatever the market's clock shows.
      behaviours: { totpReuse: 'allowed', squareOffTime: null, rateClock: options.speed === 1 ? 'wall' : 'market' },
    });
    const configPath = join(folder, 'bot.config.ts');
    const instrumentsPath = join(folder, 'instruments.json');
    writeFileSync(instrumentsPath, JSON.stringify(listed));
    writeFileSync(configPath, `export default ${JSON.stringify(botOf(options, instrumentsPath))};\n`);
    const desk = new PointsDesk(options, market, simulator, configPath);
    await desk.print(START_PRICE);
    return desk;
  }

  async print(price: number): Promise<void> {
    await this.market.print(this.market.listing(SHARE), price);
  }

  /** Prices can reach a worker. */
  get isHeard(): boolean {
    return this.simulator.streamCounters.connections.some(({ isOpen, subscriptions }) => isOpen && subscriptions > 0);
  }

  trade(points: Points | null): { readonly child: ChildProcess; readonly ended: Promise<Said> } {
    const { endpoints, control } = this.simulator;
    const { clientCode, mpin, totpSecret, apiKey } = TEST_ACCOUNT;
    const address = { endpoints, control, credentials: { clientCode, mpin, totpSecret, apiKey } };
    const { name, speed } = this.#options;
    return this.#start({ points, task: { kind: 'trade', address, account: `live_${name}`, speed } });
  }

  command(args: readonly string[], points: Points | null): Promise<Said> {
    return this.#start({ points, task: { kind: 'command', args } }).ended;
  }

  async close(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await this.simulator.close();
  }

  #start(input: PointsWorkerInput): { readonly child: ChildProcess; readonly ended: Promise<Said> } {
    const isCommand = input.task.kind === 'command';
    const { clientCode, mpin, totpSecret, apiKey } = TEST_ACCOUNT;
    const login = {
      ...{ ANGEL_CLIENT_CODE: clientCode, ANGEL_MPIN: mpin, ANGEL_TOTP_SECRET: totpSecret, ANGEL_API_KEY: apiKey },
      ...{ ANGEL_SIMULATOR_URL: this.simulator.url, TRADING_MODE: 'live' },
      SIGNALMAN_KEY: '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff',
    };
    const child = spawn(process.execPath, [CHILD, JSON.stringify(input)], {
      cwd: PROJECT,
      env: {
        ...process.env,
        ...{ DATABASE_URL: '', REDIS_URL: '', LOG_LEVEL: 'warn', LOG_FORMAT: 'json' },
        ...{ SIGNALMAN_STATE: this.#options.stateFolder, SIGNALMAN_CONFIG: this.#configPath },
        ...(isCommand ? login : {}),
      },
      stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    });
    this.#children.add(child);
    const said = { stdout: '', stderr: '' };
    child.stdout?.on('data', (chunk: Buffer) => {
      said.stdout += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      said.stderr += chunk.toString();
    });
    const ended = new Promise<Said>((resolve) => {
      child.once('close', (code) => {
        this.#children.delete(child);
        resolve({ code, ...said });
      });
    });
    return { child, ended };
  }
}

/** The steps that a process has written down. */
export function readSteps(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

function botOf({ bot, name }: DeskOptions, instruments: string): BotFile {
  const { strategy, params = {}, ...execution } = bot;
  return {
    account: { id: name.replaceAll('_', '-'), broker: 'angel-one', capital: 10_00_000 },
    strategies: [
      {
        ...{ id: 'once', strategy, instruments: [SHARE], timeframe: '5m', product: 'INTRADAY', params },
        sizing: { kind: 'fixed-quantity', quantity: 5 },
      },
    ],
    ...execution,
    replay: { session: 'backtest-data/session-2026-11-18.parquet', instruments, speed: 1 },
  };
}
