/** Writes `docs/telegram.md` from what the commands really answer. */
import { expect, test } from 'vitest';
import { answerOfCommand } from '../../../../src/alerts/answer-of-command.ts';
import type { BotCommand, ControlDesk, LinesReply } from '../../../../src/alerts/telegram/control/bot-command.ts';
import { BOT_COMMANDS } from '../../../../src/alerts/telegram/control/bot-commands.ts';
import { usageOf, withHelp } from '../../../../src/alerts/telegram/control/help-command.ts';
import { ALERT_KINDS, type AlertKind, type AlertSetting } from '../../../../src/core/alert.ts';
import type { ClientOrderId, InstrumentId, SignalKey, StrategyId } from '../../../../src/core/ids.ts';
import type { AlertWishes } from '../../../../src/ports/message-book.ts';
import { brokerId, buildOrder, buildSignal } from '../../../support/build-order.ts';
import { sampleBacktests, sampleRules } from '../../../support/sample-desks.ts';

const CONFIGURED = Object.fromEntries(ALERT_KINDS.map((kind) => [kind, 'on'])) as Record<AlertKind, AlertSetting>;
const NOW = Date.parse('2026-11-17T11:32:05+05:30');
const OPENED = Date.parse('2026-11-17T09:20:01+05:30');
const EMA = 'ema-5m' as StrategyId;
const ORB = 'orb-15' as StrategyId;
const RELIANCE = 'NSE:RELIANCE' as InstrumentId;
const KEY = 'ema-5m|NSE:RELIANCE|5m|1|ENTRY' as SignalKey;
const ENTRY = { strategyId: EMA, instrumentId: RELIANCE, quantity: 10, createdTime: OPENED } as const;
const DAY = { trades: 3, won: 2, grossPaise: 64_210, chargesPaise: 12_460, netPaise: 51_750, openPaise: 7_650 };
const STANDING = { openPositions: 1, workingEntries: 1, workingExits: 2 };

const order = buildOrder({
  ...ENTRY,
  ...{ signalKey: KEY, clientOrderId: 'e7k2m9q4x1c8v5n3' as ClientOrderId, type: 'LIMIT', limitPrice: 1_402.35 },
  ...{ status: 'FILLED', filledQuantity: 10, averagePrice: 1_402.35, brokerOrderId: brokerId('201117000123456') },
  updatedTime: OPENED + 900,
});
const working = buildOrder({
  ...ENTRY,
  ...{ signalKey: KEY, clientOrderId: 'p3x8a1b2c3d4e5f6' as ClientOrderId, type: 'LIMIT', limitPrice: 1_398.1 },
  ...{ status: 'ACCEPTED', brokerOrderId: brokerId('201117000123499') },
});
const signal = buildSignal({
  ...ENTRY,
  ...{
    key: KEY,
    entryPrice: 1_402.35,
    stopLoss: 1_395,
    target: 1_420,
    reason: 'the fast average crossed the slow one',
  },
});

const denied = buildSignal({
  ...{ ...ENTRY, strategyId: ORB, quantity: 0, entryPrice: 1_408.2, createdTime: NOW - 720_000, status: 'DENIED' },
  verdict: { kind: 'DENIED', reason: { code: 'TRADING_PAUSED' } },
});
const WIPRO = 'NSE:WIPRO' as InstrumentId;
const NIFTY = 'NSE:NIFTY 50' as InstrumentId;
const option = (strike: number, type: 'CE' | 'PE'): InstrumentId =>
  `NFO:NIFTY:2026-11-24:${strike}:${type}` as InstrumentId;
const CHAIN = [25_500, 25_600, 25_700, 25_800, 25_900].flatMap((strike) =>
  (['CE', 'PE'] as const).map((optionType) => ({ instrumentId: option(strike, optionType), strike, optionType })),
);
const quoted = (instrumentId: InstrumentId, lastPrice: number, openInterest: number | null) => ({
  ...{ instrumentId, time: NOW - 1_000, lastPrice, openInterest, bid: null, ask: null, volume: 0 },
});
const OPTION_QUOTES = [
  ...[quoted(option(25_600, 'CE'), 214.35, 45_12_950), quoted(option(25_600, 'PE'), 71.2, 98_40_350)],
  ...[quoted(option(25_700, 'CE'), 152.4, 1_02_44_000), quoted(option(25_700, 'PE'), 108.75, 76_31_000)],
  ...[quoted(option(25_800, 'CE'), 102.05, 1_34_90_750), quoted(option(25_800, 'PE'), 158.6, 31_07_650)],
];

const CANDLES = [{ openTime: OPENED, open: 1_400, high: 1_405, low: 1_399, close: 1_402, volume: 1_000 }];
const wished = {
  now: { kinds: { fill: 'silent' }, quiet: { from: 22 * 3_600_000, to: 7 * 3_600_000 } } as AlertWishes,
};
const desk: ControlDesk = {
  views: {
    status: async () => ({
      ...STANDING,
      ...{ switches: { isKilled: false, isPaused: false, pausedStrategies: [ORB] } },
      ...{ unknownOrders: 0, lastPriceTime: NOW - 1_000, differences: 0 },
    }),
    standing: async () => STANDING,
    positions: async () => [
      {
        ...{ strategyId: EMA, instrumentId: RELIANCE, product: 'INTRADAY', quantity: 10, averagePrice: 1_402.35 },
        ...{ openedTime: OPENED, lastPrice: 1_410, lastTime: NOW, stop: 1_395, target: 1_420 },
      },
    ],
    orders: async () => [order],
    ordersLike: async (idStart) => [order, working].filter(({ clientOrderId }) => clientOrderId.startsWith(idStart)),
    signals: async () => [signal],
    trades: async () => [
      {
        ...{ strategyId: ORB, instrumentId: 'NSE:M&M' as InstrumentId, signalKey: KEY, side: 'SHORT', quantity: 20 },
        ...{
          entryTime: OPENED,
          entryPrice: 3_120,
          exitTime: OPENED + 600_000,
          exitPrice: 3_104.5,
          exitReason: 'target',
        },
        ...{ grossPaise: 31_000, chargesPaise: 6_240, netPaise: 24_760 },
      },
    ],
    result: async () => DAY,
    candles: async () => CANDLES,
    fills: async () => [],
    quotes: async () => [
      {
        ...{ instrumentId: RELIANCE, time: NOW, lastPrice: 1_410, bid: 1_409.95, ask: 1_410.05 },
        ...{ volume: 12_34_567, openInterest: null },
      },
    ],
    quotesOf: async (ids) => [quoted(NIFTY, 25_732.4, null)].filter(({ instrumentId }) => ids.includes(instrumentId)),
    watch: async () => [
      { instrumentId: NIFTY, lastPrice: 25_732.4, time: NOW - 1_000, bid: null, ask: null, firstPrice: 25_801.15 },
      { instrumentId: RELIANCE, lastPrice: 1_410, time: NOW, bid: 1_409.95, ask: 1_410.05, firstPrice: 1_402.3 },
      { instrumentId: WIPRO, lastPrice: null, time: null, bid: null, ask: null, firstPrice: null },
    ],
    verdicts: async () => [
      { code: null, count: 4, newest: signal },
      { code: 'TRADING_PAUSED', count: 3, newest: denied },
    ],
    risks: async () => [
      {
        ...{ strategyId: EMA, instrumentId: RELIANCE, product: 'INTRADAY', quantity: 10, averagePrice: 1_402.35 },
        ...{ lastPrice: 1_410, stopUnits: 10, stopPrice: 1_395 },
      },
    ],
    report: async () => ({
      day: '2026-11-16',
      text: "Day's report of 2026-11-16: net +₹517.50 after charges\norders: 6: 4 filled, 2 canceled; 4 fills",
    }),
    resultsByStrategy: async () => [
      { strategyId: EMA, trades: 1, won: 1, netPaise: 26_990 },
      { strategyId: ORB, trades: 2, won: 1, netPaise: 24_760 },
    ],
  },
  strategies: [EMA, ORB],
  facts: () => ({ account: 'live_main', mode: 'live', version: '1.0.0', startedTime: NOW - 7_500_000 }),
  theme: 'light',
  draw: async () => new Uint8Array([1, 2, 3]),
  told: {
    health: async () => [
      'ok session: with Angel One until 23:58',
      'ok Telegram: last heard 11:32:04',
      '0 prices and updates wait to be taken',
    ],
    limits: async () => ['loss of the day: ₹0.00 of ₹20,000.00', 'open positions: 1 of 5'],
    funds: async () => [
      'equity: ₹8,05,175.00, +₹594.00 today',
      'capital: ₹8,00,000.00, peak: ₹8,06,000.00, fallen from it: 0.1%',
      'available at the broker: ₹7,91,000.00',
    ],
    holdings: async () => ['TCS-EQ: 40'],
    gtt: async () => [
      'g7k2m9 sell TCS: 40 at 3,200.00, limit 3,040.00, active or 40 at 3,600.00, limit 3,420.00, active, until 2027-11-17',
    ],
    halts: async () => [],
  },
  options: {
    underlying: async () => ({
      ...{ exchange: 'NFO', symbol: 'NIFTY', instrumentId: NIFTY, expiries: ['2026-11-24', '2026-12-01'] },
    }),
    contracts: async () => CHAIN,
  },
  quotes: {
    quotesOf: async (ids) => ({
      ...{ kind: 'done', value: OPTION_QUOTES.filter(({ instrumentId }) => ids.includes(instrumentId)) },
    }),
  },
  logLines: () => ['09:00:12 info Market stream type=connected', '11:20:41 warn The call budget failed'],
  login: {
    broker: 'Angel One',
    needs: 'it logs in by itself, with the TOTP secret of the environment, and again each trading day before the open',
    standing: () => ({ kind: 'open', since: OPENED - 1_200_000 }),
    takeToken: null,
  },
  now: () => NOW,
  day: () => NOW,
  alerts: {
    configured: CONFIGURED,
    wishes: async () => wished.now,
    setWishes: async (wishes) => {
      wished.now = wishes;
    },
  },
  backtests: sampleBacktests(),
  rules: sampleRules(() => NOW).desk,
  carryOut: async (action) => ('rule' in action ? action.rule : answerOfCommand({ command: action.command }, [])),
};

/** What is written behind the name in the sample. */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  backtest: ['ema-5m', 'RELIANCE', '2026-10'],
  cancel: ['p3x8a1'],
  chart: ['RELIANCE', '5m'],
  exit: ['RELIANCE'],
  order: ['e7k2m9'],
  optionchain: ['NIFTY'],
  orders: ['today'],
  pnl: ['day'],
  quote: ['RELIANCE'],
  strategy: ['ema-5m', 'off'],
};

/** More of a command that does several things. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  gtt: [
    'new RELIANCE sell 10 trigger 1380 limit 1375 days 90',
    'new RELIANCE sell 10 stop 1350/1345 target 1450/1449',
    'modify g7k2m9 stop 3250/3090',
    'cancel g7k2m9',
  ],
};

const HEAD = `# Commands by Telegram

Each answer here is what the command really says to one and the same account. \`telegram.users\` in \`bot.config.ts\` names who
may send commands: a viewer looks, an operator trades as well, an owner decides about the account. Commands are taken in the
users' own chats with the bot and in \`telegram.chats\`; nobody else gets an answer. What is dangerous is answered with what it
would come to and two buttons, which work once, for the one who asked, for a minute. What was written while nobody listened is
done late when it makes things safer (\`/halt\`, \`/pause\`, \`/kill\`), and refused when it trades.
`;

async function saidTo(command: BotCommand, args: readonly string[]): Promise<readonly string[]> {
  const reply = await command.run(args, desk);
  const told = ({ lines, picture }: LinesReply): readonly string[] => [
    ...lines.map(({ text }) => text),
    ...(picture ? ['[a picture]'] : []),
  ];
  switch (reply.kind) {
    case 'lines':
      return told(reply);
    case 'later':
      return [...reply.lines.map(({ text }) => text), ...told(await reply.begin())];
    case 'act':
      return [`${reply.action.command}: ${await desk.carryOut(reply.action, '')}`];
    case 'ask':
      return [`/${[command.name, ...args].join(' ')}?`, ...reply.effect, '[Yes] [No]'];
    case 'misread':
      throw new Error(`The sample of /${command.name} makes no command: ${reply.problem}`);
  }
}

async function sampleOf(command: BotCommand): Promise<string> {
  const samples = [SAMPLES[command.name] ?? [], ...(MORE[command.name] ?? []).map((words) => words.split(' '))];
  const blocks: string[] = [];
  for (const args of samples) {
    blocks.push([`> /${[command.name, ...args].join(' ')}`, ...(await saidTo(command, args))].join('\n'));
  }
  const role = command.role === 'owner' ? 'The owner' : `From ${command.role} on`;
  return `## ${usageOf(command)}\n\n${role}: ${command.summary}.\n\n\`\`\`\n${blocks.join('\n\n')}\n\`\`\`\n`;
}

test('docs/telegram.md shows each command with what it answers', async () => {
  const samples: string[] = [];
  for (const command of withHelp(BOT_COMMANDS)) samples.push(await sampleOf(command));
  await expect([HEAD, ...samples].join('\n')).toMatchFileSnapshot('../../../../docs/telegram.md');
});
