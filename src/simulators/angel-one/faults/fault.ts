/** The closed list of what can be made to go wrong, and how a request for it reads. */
import { z } from 'zod';
import { ENDPOINTS, type Operation, RATE_CLASSES, type RateClass } from '../rest/endpoints.ts';

export const CALL_FAULTS = [
  /** The connection breaks before the broker has done anything. */
  'drop-before',
  /** The broker does the work, then the connection breaks. */
  'drop-after',
  /** The request is taken and never answered; nothing is done. */
  'half-open',
  /** The broker does the work and never answers. */
  'half-open-after',
  /** The answer comes `ms` later. */
  'delay',
  /** Plain text with 403, as when the rate is exceeded; nothing is done. */
  'throttle',
  /** The firewall's page; nothing is done. */
  'html',
  /** An empty body with `status` (400); nothing is done. */
  'empty',
  /** An empty body with `status` (400) though the work is done. */
  'empty-after',
  /** A gateway's page with `status` (502); nothing is done. */
  'gateway',
  /** A gateway's page with `status` (504) though the work is done. */
  'gateway-after',
  /** The gateway knows no such route. */
  'no-route',
  /** AB1004; nothing is done. */
  'something-wrong',
  /** AB1004 though the work is done: the order exists. */
  'something-wrong-after',
  /** The error `code` with `message`, in its family's envelope, with `status` (200); nothing is done. */
  'error-code',
  /** Half of the answer's body, then the connection breaks. */
  'cut-answer',
  /** The client's tokens die with this call. */
  'token-expired',
  /** Books show what was `ms` ago; with `isRandom` any time up to that. */
  'book-lag',
] as const;
export type CallFault = (typeof CALL_FAULTS)[number];

const STREAM_FAULTS = [
  /** The sockets end: `how` says by the book, by a closed connection or by a reset. */
  'stream-drop',
  /** The sockets stay open and fall silent, pongs included. */
  'stream-half-open',
  /** Pings are answered, but no frame is sent while it lasts. */
  'stream-stall',
  /** Frames come `ms` later, in order. */
  'stream-delay',
  /** The next `count` upgrades are answered with `status` (503). */
  'stream-refuse',
  /** All sockets end and none is let in while it lasts. */
  'stream-down',
  /** What becomes of frames: sent twice, after the next one, with a byte changed, cut, with bytes added, not at all. */
  'stream-duplicate',
  'stream-reorder',
  'stream-corrupt',
  'stream-truncate',
  'stream-lengthen',
  'stream-lose',
] as const;

const LONGEST_MS = 3_600_000;
const shared = {
  /** How often it strikes; absent: until it is lifted. */
  count: z.int().positive().optional(),
  /** How long it stays, on the wall clock. */
  forMs: z.number().positive().max(LONGEST_MS).optional(),
  /** Of each chance to strike. */
  probability: z.number().min(0).max(1).default(1),
  seed: z.string().default('fault'),
};

const operations = z.enum(Object.keys(ENDPOINTS) as [Operation, ...Operation[]]);
const classes = z.enum(Object.keys(RATE_CLASSES) as [RateClass, ...RateClass[]]);

const callFaultSchema = z.strictObject({
  kind: z.enum(CALL_FAULTS),
  /** Endpoints or classes of them; absent: all. */
  on: z
    .array(z.union([operations, classes]))
    .min(1)
    .optional(),
  ms: z.number().min(0).max(LONGEST_MS).optional(),
  status: z.int().min(200).max(599).optional(),
  isRandom: z.boolean().default(false),
  code: z
    .string()
    .regex(/^[A-Z]{1,2}\d{4}$/)
    .optional(),
  message: z.string().max(200).optional(),
  ...shared,
});

const streamFaultSchema = z.strictObject({
  kind: z.enum(STREAM_FAULTS),
  /** Absent: both. */
  stream: z.enum(['market', 'orders']).optional(),
  how: z.enum(['close-frame', 'abrupt', 'reset']).default('reset'),
  ms: z.number().min(0).max(LONGEST_MS).optional(),
  status: z.int().min(200).max(599).optional(),
  ...shared,
});

const faultSchema = z.union([callFaultSchema, streamFaultSchema]);

export type FaultRequest = z.input<typeof faultSchema>;
export type CallFaultPlan = Readonly<z.infer<typeof callFaultSchema>>;
export type StreamFaultPlan = Readonly<z.infer<typeof streamFaultSchema>>;
export type FaultPlan = CallFaultPlan | StreamFaultPlan;

export function parseFault(value: unknown): { readonly plan: FaultPlan } | { readonly fault: string } {
  const parsed = faultSchema.safeParse(value);
  if (parsed.success) return { plan: parsed.data };
  const kinds = [...CALL_FAULTS, ...STREAM_FAULTS].join(', ');
  return { fault: `expected a fault of a known kind (${kinds}) with its own fields, found ${JSON.stringify(value)}` };
}

export function isStreamFault(plan: FaultPlan): plan is StreamFaultPlan {
  return 'how' in plan;
}
