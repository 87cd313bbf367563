import type { TelegramChat } from './telegram-api.ts';

/** `123`, or `-100123/7` for a topic of a group: what a chat is called in the books. */
export function chatName({ id, topic }: TelegramChat): string {
  return topic === null ? String(id) : `${id}/${topic}`;
}
