/** Writes `docs/telegram.md` from what the commands really answer. */
import { expect, test } from 'vitest';
import { answerOfCommand } from '../../../../src/alerts/answer-of-command.ts';
import type { BotCommand, ControlDesk } from '../../../../src/alerts/telegram/control/bot-command.ts';
import { usageOf, withHelp } from '../../../../src/alerts/telegram/control/help-command.ts';
import { SETTINGS_COMMAND } from '../../../../src/alerts/telegram/control/settings-command.ts';
import { SWITCH_COMMANDS } from '../../../../src/alerts/telegram/control/switch-commands.ts';
import { TRADE_COMMANDS } from '../../../../src/alerts/telegram/control/trade-commands.ts';
import { VIEW_COMMANDS } from '../../../../src/alerts/telegram/control/view-commands.ts';
import { ALERT_KINDS, type AlertKind, type AlertSetting } from '../../../../src/core/alert.ts';
import type { ClientOrderId, InstrumentId, SignalKey, StrategyId } from '../../../../src/core/ids.ts';
import type { AlertWishes } from '../../../../src/ports/message-book.ts';
import { brokerId, buildOrder, buildSignal } from '../../../support/build-order.ts';

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
      'sell TCS: 40 at 3,200.00, limit 3,040.00, active or 40 at 3,600.00, limit 3,420.00, active, until 2027-11-17',
    ],
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
  carryOut: async ({ command }) => answerOfCommand({ command }, []),
};

/** What is written behind the name in the sample. */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  cancel: ['p3x8a1'],
  chart: ['RELIANCE', '5m'],
  exit: ['RELIANCE'],
  order: ['e7k2m9'],
  orders: ['today'],
  pnl: ['day'],
  quote: ['RELIANCE'],
  strategy: ['ema-5m', 'off'],
};

const HEAD = `# Commands by Telegram

Each answer here is what the command really says to one and the same account. \`telegram.users\` in \`bot.config.ts\` names who
may send commands: a viewer looks, an operator trades as well, an owner decides about the account. Commands are taken in the
users' own chats with the bot and in \`telegram.chats\`; nobody else gets an answer. What is dangerous is answered with what it
would come to and two buttons, which work once, for the one who asked, for a minute. What was written while nobody listened is
done late when it makes things safer (\`/halt\`, \`/pause\`, \`/kill\`), and refused when it trades.
`;

async function sampleOf(command: BotCommand): Promise<string> {
  const args = SAMPLES[command.name] ?? [];
  const reply = await command.run(args, desk);
  const written = `/${[command.name, ...args].join(' ')}`;
  const said = async (): Promise<readonly string[]> => {
    switch (reply.kind) {
      case 'lines':
        return [...reply.lines.map(({ text }) => text), ...(reply.picture ? ['[a picture]'] : [])];
      case 'act':
        return [`${reply.action.command}: ${await desk.carryOut(reply.action, '')}`];
      case 'ask':
        return [`${written}?`, ...reply.effect, '[Yes] [No]'];
      case 'misread':
        throw new Error(`The sample of /${command.name} makes no command: ${reply.problem}`);
    }
  };
  const role = command.role === 'owner' ? 'The owner' : `From ${command.role} on`;
  return `## ${usageOf(command)}\n\n${role}: ${command.summary}.\n\n\`\`\`\n> ${written}\n${(await said()).join('\n')}\n\`\`\`\n`;
}

test('docs/telegram.md shows each command with what it answers', async () => {
  const samples: string[] = [];
  for (const command of withHelp([...VIEW_COMMANDS, ...TRADE_COMMANDS, ...SWITCH_COMMANDS, SETTINGS_COMMAND]))
    samples.push(await sampleOf(command));
  await expect([HEAD, ...samples].join('\n')).toMatchFileSnapshot('../../../../docs/telegram.md');
});
