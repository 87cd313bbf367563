/**
 * Where the documentation contradicts itself or is silent, the simulator can behave either way: these are the switches.
 * `readBehaviours` refuses a name or a value that is not in the list.
 */
import { z } from 'zod';

const delayMs = z.number().min(0).max(60_000);

const behavioursSchema = z.strictObject({
  /** HTTP status that comes with a gateway error (`AG…`): 200, 401 and 403 have all been seen. */
  gatewayStatus: z.union([z.literal(200), z.literal(401), z.literal(403)]).default(200),
  /** What a token of another day is answered with. */
  expiredCode: z.enum(['AG8001', 'AG8002']).default('AG8001'),
  /** Whether a second login ends the session of the first. */
  secondLogin: z.enum(['keeps', 'kills']).default('keeps'),
  /** Which clock a one-time password is checked against: what runs on the machine, or the market's. */
  totpClock: z.enum(['wall', 'market']).default('wall'),
  /** A password is good once; `allowed` lets a test log in twice within one step. */
  totpReuse: z.enum(['refused', 'allowed']).default('refused'),
  rateLimits: z.enum(['enforced', 'counted']).default('enforced'),
  rateClock: z.enum(['market', 'wall']).default('market'),
  /** `documented`: as the field tables have it; else all as text or all as numbers. */
  numbers: z.enum(['documented', 'strings', 'numbers']).default('documented'),
  /** What an empty list of candles is. */
  emptyCandles: z.enum(['list', 'null']).default('list'),
  /** A span that ends in the future is cut at now, or refused. */
  futureCandles: z.enum(['cut', 'refused']).default('cut'),
  /** HTTP status of a body or span that makes no sense. */
  malformedStatus: z.union([z.literal(200), z.literal(400)]).default(400),
  /** A market order becomes a limit order inside the protection band, is rejected, or is a market order as before 2026. */
  marketOrders: z.enum(['protect', 'refuse', 'market']).default('protect'),
  iocOrders: z.enum(['accept', 'refuse']).default('accept'),
  /** Where a quantity that is no multiple of the lot is noticed. */
  lotCheck: z.enum(['front-office', 'exchange']).default('front-office'),
  /** What `quantity` of a modify request means. */
  modifyQuantity: z.enum(['total', 'remaining']).default('total'),
  /** A change to an order that is done: refused, or accepted without effect. */
  lateChanges: z.enum(['refuse', 'accept']).default('refuse'),
  /** Orders outside trading hours wait for the next session, or are rejected. */
  afterMarket: z.enum(['accept', 'reject']).default('accept'),
  /** Limit prices farther than so many percent beyond the last price, on the side that would trade, are rejected; null: none are. */
  limitProtectionPercent: z.number().positive().nullable().default(20),
  /** Time from one of an order's first states to the next, by the market's clock. */
  phaseDelayMs: delayMs.default(20),
  /** How long a change or a cancel takes to reach the exchange: fills may win the race. */
  changeDelayMs: delayMs.default(20),
  /** Fill rules of the exchange. */
  slippageBps: z.number().min(0).max(1_000).default(0),
  participationPercent: z.number().positive().max(100).nullable().default(null),
  limitFill: z.enum(['through', 'touch']).default('touch'),
  /** `HH:MM` IST at which the broker closes intraday positions; null: never. */
  squareOffTime: z
    .string()
    .regex(/^\d{2}:\d{2}$/)
    .nullable()
    .default('15:20'),
  /** Tokens (`NSE:1594`) that need `scripconsent`. */
  cautionary: z.array(z.string()).default([]),
  gttSegments: z.enum(['cash', 'all']).default('cash'),
  /** A rule list asked for with a larger count is answered with AB1004. */
  gttListLimit: z.int().positive().default(100),
});

export type Behaviours = Readonly<z.infer<typeof behavioursSchema>>;
export type BehaviourChanges = Partial<Behaviours>;

/** The switches as they stand; replaced as a whole while the simulator runs. */
export interface Switches {
  current: Behaviours;
}

export function createSwitches(changes: BehaviourChanges = {}): Switches {
  return { current: behavioursSchema.parse(changes) };
}

/** The switches with some of them set anew; the text says what was wrong with them. */
export function withChanges(
  current: Behaviours,
  changes: unknown,
): { readonly value: Behaviours } | { readonly fault: string } {
  if (typeof changes !== 'object' || changes === null || Array.isArray(changes)) {
    return { fault: 'expected an object of switches' };
  }
  const parsed = behavioursSchema.safeParse({ ...current, ...changes });
  if (parsed.success) return { value: parsed.data };
  return { fault: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ') };
}
