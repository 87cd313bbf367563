import type { ControlDesk, Reply } from '../../src/alerts/telegram/control/bot-command.ts';
import { NO_WISHES } from '../../src/ports/message-book.ts';
import { ist } from './fixed-calendar.ts';
import { sampleBacktests } from './sample-desks.ts';

type Views = ControlDesk['views'];

const NONE = async (): Promise<readonly never[]> => [];
const NO_RESULT = { trades: 0, won: 0, grossPaise: 0, chargesPaise: 0, netPaise: 0, openPaise: 0 };
const STANDING = { openPositions: 0, workingEntries: 0, workingExits: 0 };

const EMPTY: Views = {
  status: async () => ({
    ...{ ...STANDING, unknownOrders: 0, lastPriceTime: null, differences: 0 },
    switches: { isKilled: false, isPaused: false, pausedStrategies: [] },
  }),
  standing: async () => STANDING,
  ...{ positions: NONE, orders: NONE, ordersLike: NONE, signals: NONE, trades: NONE, candles: NONE, fills: NONE },
  ...{ quotes: NONE, quotesOf: NONE, watch: NONE, verdicts: NONE, risks: NONE, resultsByStrategy: NONE },
  result: async () => NO_RESULT,
  report: async () => undefined,
};

/** What commands look at, of an account with nothing in it, on the morning of a Tuesday. */
export function buildDesk({
  views,
  ...changes
}: Partial<Omit<ControlDesk, 'views'>> & { views?: Partial<Views> } = {}) {
  const now = ist('2026-11-17', '11:32:05');
  const desk: ControlDesk = {
    views: { ...EMPTY, ...views },
    strategies: [],
    facts: () => ({ account: 'paper_main', mode: 'paper', version: '1.0.0', startedTime: now }),
    theme: 'light',
    told: { health: NONE, limits: NONE, funds: NONE, holdings: NONE, gtt: NONE, halts: NONE },
    options: { underlying: async () => undefined, contracts: NONE },
    quotes: { quotesOf: async () => ({ kind: 'done', value: [] }) },
    logLines: () => [],
    ...{ login: null, rules: null, backtests: sampleBacktests() },
    ...{ now: () => now, day: () => now },
    draw: async () => new Uint8Array(),
    alerts: {
      configured: {
        ...{
          signal: 'on',
          denial: 'on',
          order: 'on',
          fill: 'on',
          trade: 'on',
          gtt: 'on',
          risk: 'on',
          system: 'on',
          summary: 'on',
        },
      },
      wishes: async () => NO_WISHES,
      setWishes: async () => undefined,
    },
    carryOut: async () => 'done',
    ...changes,
  };
  return desk;
}

/** The lines that a command answers with, as one text; of one that was misread what is wrong with it. */
export function textOf(reply: Reply): string {
  if (reply.kind === 'lines') return reply.lines.map(({ text }) => text).join('\n');
  return reply.kind === 'misread' ? `misread: ${reply.problem}` : reply.kind;
}
