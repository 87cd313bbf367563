import { z } from 'zod';
import type { FrameMode } from '../frames/encode-frame.ts';

/** What a client asks of the market stream; parsed, so every part has its type. */
export interface SubscriptionRequest {
  readonly correlationId: string;
  readonly isSubscribe: boolean;
  readonly mode: FrameMode;
  readonly tokenList: readonly { readonly exchangeType: number; readonly tokens: readonly string[] }[];
}

const requestSchema = z.object({
  correlationID: z.string().optional(),
  action: z.union([z.literal(0), z.literal(1)]),
  params: z.object({
    // Mode 4 (20 levels of depth) was withdrawn in April 2025.
    mode: z.union([z.literal(1), z.literal(2), z.literal(3)]),
    tokenList: z.array(z.object({ exchangeType: z.number().int(), tokens: z.array(z.string()) })),
  }),
});

/** An invalid request still gives its correlation id, when it has one: the error frame carries it. */
export function parseSubscription(text: string): SubscriptionRequest | { readonly correlationId: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { correlationId: '' };
  }
  const parsed = requestSchema.safeParse(json);
  if (!parsed.success) return { correlationId: correlationIdOf(json) };
  const { correlationID, action, params } = parsed.data;
  return {
    correlationId: correlationID ?? '',
    isSubscribe: action === 1,
    mode: params.mode,
    tokenList: params.tokenList,
  };
}

function correlationIdOf(json: unknown): string {
  const found = z.object({ correlationID: z.string() }).safeParse(json);
  return found.success ? found.data.correlationID : '';
}
