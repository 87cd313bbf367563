/**
 * What people write to the bot and which buttons they press (https://core.telegram.org/bots/api#update). An update of another
 * shape than these is none of ours: it is passed over, with its number so that it does not come again.
 */
import { z } from 'zod';
import type { EpochMs } from '../../core/time.ts';

interface Origin {
  readonly chat: number;
  readonly topic: number | null;
}

export interface WrittenText extends Origin {
  readonly text: string;
  /** Who wrote it; null for a channel. */
  readonly user: number | null;
  /** When Telegram got it; 0 when it does not say. */
  readonly time: EpochMs;
}

export interface PressedButton extends Origin {
  /** Of the press, to be answered. */
  readonly pressId: string;
  readonly user: number;
  /** What the button carries. */
  readonly data: string;
  /** The message that it stands under. */
  readonly messageId: number;
}

/** Of all updates only the number is asked for; what is in them is looked at one by one. */
export const updatesSchema = z.array(z.looseObject({ update_id: z.int() }));

const threadSchema = {
  chat: z.object({ id: z.int() }),
  message_thread_id: z.int().optional(),
  is_topic_message: z.boolean().optional(),
};

const textSchema = z.object({
  message: z.object({
    ...threadSchema,
    text: z.string(),
    date: z.int().min(0).default(0),
    from: z.object({ id: z.int() }).optional(),
    // Somebody else's words, or a bot's.
    forward_origin: z.undefined().optional(),
    via_bot: z.undefined().optional(),
  }),
});

const pressSchema = z.object({
  callback_query: z.object({
    id: z.string(),
    data: z.string(),
    from: z.object({ id: z.int() }),
    message: z.object({ ...threadSchema, message_id: z.int() }),
  }),
});

export function readText(update: unknown): WrittenText | undefined {
  const parsed = textSchema.safeParse(update);
  if (!parsed.success) return undefined;
  const { text, from, date, ...thread } = parsed.data.message;
  return { ...originOf(thread), text, user: from?.id ?? null, time: date * 1_000 };
}

export function readPress(update: unknown): PressedButton | undefined {
  const parsed = pressSchema.safeParse(update);
  if (!parsed.success) return undefined;
  const { id: pressId, data, from, message } = parsed.data.callback_query;
  return { ...originOf(message), pressId, data, user: from.id, messageId: message.message_id };
}

function originOf(thread: z.output<z.ZodObject<typeof threadSchema>>): Origin {
  const { chat, message_thread_id: topic, is_topic_message: isOfTopic } = thread;
  return { chat: chat.id, topic: isOfTopic === true ? (topic ?? null) : null };
}
