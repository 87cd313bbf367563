/**
 * What people write to the bot (https://core.telegram.org/bots/api#update). An update that has no text, or another shape than
 * this, is none of ours: it is passed over, with its number so that it does not come again.
 */
import { z } from 'zod';

export interface WrittenText {
  readonly text: string;
  readonly chat: number;
  readonly topic: number | null;
  /** Who wrote it; null for a channel. */
  readonly user: number | null;
}

/** Of all updates only the number is asked for; what is in them is looked at one by one. */
export const updatesSchema = z.array(z.looseObject({ update_id: z.int() }));

const textSchema = z.object({
  message: z.object({
    text: z.string(),
    chat: z.object({ id: z.int() }),
    from: z.object({ id: z.int() }).optional(),
    message_thread_id: z.int().optional(),
    is_topic_message: z.boolean().optional(),
    // Somebody else's words.
    forward_origin: z.undefined().optional(),
  }),
});

export function readText(update: unknown): WrittenText | undefined {
  const parsed = textSchema.safeParse(update);
  if (!parsed.success) return undefined;
  const { text, chat, from, message_thread_id: thread, is_topic_message: isOfTopic } = parsed.data.message;
  return { text, chat: chat.id, topic: isOfTopic === true ? (thread ?? null) : null, user: from?.id ?? null };
}
