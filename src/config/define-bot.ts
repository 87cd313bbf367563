/**
 * The shape of `bot.config.ts`: account, strategies, risk limits, recorded session. Amounts of money are rupees here;
 * `loadBot` turns them into the engine's units. Unknown keys are refused.
 */
import { z } from 'zod';
import { ALERT_SETTINGS, ALERT_SUBJECTS, type AlertKind, type AlertSubject } from '../core/alert.ts';
import { parseInstrumentId } from '../core/instrument.ts';
import { PRODUCT_TYPES } from '../core/order.ts';
import { TIMEFRAMES } from '../core/timeframe.ts';

const ID = /^[a-z0-9][a-z0-9-]{0,39}$/;
const id = z.string().regex(ID, 'lower-case letters, digits and "-", at most 40 characters');
const amount = z.number().positive();
const count = z.int().min(1);
const percent = z.number().positive().max(100);
const path = z.string().min(1);
const instrument = z
  .string()
  .refine(
    (text) => parseInstrumentId(text) !== undefined,
    'an instrument such as "NSE:RELIANCE" or "NFO:NIFTY:2026-11-24:26000:CE"',
  );

const sizingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('fixed-quantity'), quantity: count }),
  z.strictObject({ kind: z.literal('fixed-value'), rupees: amount }),
  z.strictObject({ kind: z.literal('percent-of-equity'), percent }),
  z.strictObject({ kind: z.literal('risk-per-trade'), percent }),
]);

const strategySchema = z.strictObject({
  /** Your name for this use of the strategy; part of every signal's key, so do not rename it while it holds positions. */
  id,
  /** A folder under `strategies/`; `npm run signalman -- strategies` lists them. */
  strategy: z.string().min(1),
  instruments: z.array(instrument).min(1),
  timeframe: z.enum(TIMEFRAMES),
  /** Checked by the strategy's own schema; what is absent takes its default. */
  params: z.record(z.string(), z.unknown()).default({}),
  product: z.enum(PRODUCT_TYPES),
  sizing: sizingSchema,
});

/** A limit of null is off. */
const riskSchema = z.strictObject({
  /** Rupees lost in one day, realised and open, after which no entry is taken. */
  dailyLoss: amount.nullable().default(null),
  /** Fall of equity from its peak. */
  maxDrawdownPercent: percent.nullable().default(null),
  maxOpenPositions: count.nullable().default(null),
  /** Units, over all strategies. */
  maxPositionPerInstrument: count.nullable().default(null),
  /** Rupees. */
  maxOrderValue: amount.nullable().default(null),
  maxOrdersPerMinute: count.nullable().default(60),
  maxOrdersPerDay: count.nullable().default(null),
  /** How far a signal's price may lie from the last traded price. */
  priceBandPercent: percent.nullable().default(5),
  cooldownAfterStopMinutes: z.number().positive().nullable().default(null),
  /** Losing trades in a row, in one day, after which no entry is taken that day. */
  losingStreak: count.nullable().default(null),
  /** Share of an intraday order's value that must be available. */
  intradayMarginPercent: percent.default(20),
  /** Share of a future's, or a sold option's, contract value that must be available. */
  derivativeMarginPercent: percent.default(20),
  /** Intraday positions are closed this long before continuous trading ends. */
  squareOffBeforeCloseMinutes: z.number().min(0).default(30),
});

/** How wishes to trade now become orders; the same on paper, in backtests and at the broker. */
const executionSchema = z.strictObject({
  /**
   * `limit`: limit orders in a band around the last price, which follow it. `market`: market orders, which brokers do not
   * take from programs in India, or turn into limits by a rule of their own.
   */
  orders: z.enum(['limit', 'market']).default('limit'),
  /** How far from the last price a limit may lie, for every instrument; null takes the broker's table by segment and price. */
  bandPercent: percent.nullable().default(null),
  /** From the moment a limit was drawn until it follows the price. */
  repriceAfterMs: z.int().min(100).default(3_000),
  /** How often a limit follows the price before the last resort. */
  reprices: z.int().min(0).max(20).default(3),
  /** What becomes of an entry then. Exits always cross. */
  entriesThen: z.enum(['cancel', 'cross']).default('cancel'),
  /** Crossing: a limit so many bands beyond the price. */
  crossBands: z.number().min(1).max(10).default(3),
});

/**
 * Where stops and targets wait. At the broker they work while this program does not; where the broker does not tie the two
 * of a pair, an intraday target waits here all the same, so that never both are filled.
 */
const exitsSchema = z.strictObject({
  stop: z.enum(['broker', 'engine']).default('broker'),
  target: z.enum(['broker', 'engine']).default('broker'),
});

/** How the simulated exchange fills paper orders. */
const paperSchema = z.strictObject({
  /** Basis points a market or triggered stop order fills worse than the price. */
  slippageBps: z.number().min(0).default(0),
  /** From our send to the exchange's book. */
  latencyMs: z.number().min(0).default(0),
  /** Largest share of the traded volume that an order may take; null for all of it. */
  participationPercent: percent.nullable().default(null),
  /** When the price has to go beyond a limit to fill it, or only reach it. */
  limitFill: z.enum(['through', 'touch']).default('through'),
  /** Prices farther from the day's first are rejected; null for no limit. */
  circuitPercent: percent.nullable().default(null),
});

const setting = z.enum(ALERT_SETTINGS);
/** `trade/stop_loss` and the like; as their kind unless set. */
const TOPIC_SETTINGS = Object.fromEntries(
  ALERT_SUBJECTS.filter((subject) => subject.includes('/')).map((subject) => [subject, setting.optional()]),
) as Record<Exclude<AlertSubject, AlertKind>, z.ZodOptional<typeof setting>>;

/** Where alerts go besides the terminal; the token of the bot stands in `.env`. */
const telegramSchema = z.strictObject({
  /** A person's chat has the person's id, a group's is negative; a topic of a group is its thread. */
  chats: z.array(z.strictObject({ id: z.int(), topic: z.int().min(1).nullable().default(null) })).default([]),
  /**
   * Who may send commands: a viewer looks, an operator trades as well, an owner decides about the account. Commands are taken
   * in their own chats with the bot, and in `chats`. Nobody when it is empty.
   */
  users: z
    .array(z.strictObject({ id: z.int().min(1), role: z.enum(['viewer', 'operator', 'owner']) }))
    .refine((users) => new Set(users.map((user) => user.id)).size === users.length, 'expected each user once')
    .default([]),
  /** Of pictures. */
  theme: z.enum(['light', 'dark']).default('light'),
  /** With a sound, without one, or not at all; what went wrong can be silenced, but not switched off. */
  alerts: z
    .strictObject({
      signal: setting.default('silent'),
      denial: setting.default('silent'),
      order: setting.default('on'),
      fill: setting.default('on'),
      trade: setting.default('on'),
      gtt: setting.default('on'),
      risk: setting.default('on'),
      system: setting.default('on'),
      summary: setting.default('on'),
      ...TOPIC_SETTINGS,
      // Every fill tells that its order was placed; a stop that trails a price moves often.
      'order/placed': setting.default('off'),
      'order/trailed': setting.default('silent'),
    })
    .prefault({}),
});

const replaySchema = z.strictObject({
  /** Recorded session, a path from the project folder. */
  session: path,
  /** Instruments of the session, a path from the project folder. */
  instruments: path,
  /** Recorded seconds per second: 60 replays a trading day in six and a quarter minutes. */
  speed: amount.default(1),
});

export const botSchema = z.strictObject({
  account: z.strictObject({
    id,
    broker: z.enum(['paper', 'angel-one']),
    /** Rupees. */
    capital: amount,
  }),
  strategies: z.array(strategySchema).min(1),
  risk: riskSchema.prefault({}),
  execution: executionSchema.prefault({}),
  exits: exitsSchema.prefault({}),
  paper: paperSchema.prefault({}),
  telegram: telegramSchema.prefault({}),
  replay: replaySchema.nullable().default(null),
  /** Trading days and hours, instead of the ones that ship. */
  calendarFile: path.nullable().default(null),
  /** Charges, instead of the ones that ship. */
  chargesFile: path.nullable().default(null),
});

/** What `bot.config.ts` writes. */
export type BotFile = z.input<typeof botSchema>;
/** The same with every default filled in; still in rupees and minutes. */
export type ParsedBotFile = z.output<typeof botSchema>;
export type Sizing = z.output<typeof sizingSchema>;

/** Checks the literal's types while you edit; the values are checked when the bot is loaded. */
export function defineBot(bot: BotFile): BotFile {
  return bot;
}
