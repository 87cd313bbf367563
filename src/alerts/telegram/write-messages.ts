/**
 * Lines of text into messages that Telegram takes (parse mode HTML, https://core.telegram.org/bots/api#html-style): whatever a
 * line holds is shown as it is, and no message is longer than 4,096 characters.
 *
 * Entry point: `writeMessages`. Invariants: every line, and every block of lines of one width, stands on its own (its tags
 * are closed in its message); a message is split between lines, and only a line that is too long by itself is cut, at a space
 * where there is one.
 */

export interface TextLine {
  readonly text: string;
  /** `mono`: letters of one width, for columns; lines of it that follow each other are one block. */
  readonly look: 'plain' | 'bold' | 'mono';
}

/** Telegram counts after it has read the tags; counting them too leaves room. */
export const LONGEST_MESSAGE = 4_096;
const LONGEST_LINE = 1_000;
const BLOCK = '<pre>';
const BLOCK_END = '</pre>';
// What can not be shown, or would turn the reading direction of what follows.
const UNSEEN = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

export function plain(text: string): TextLine {
  return { text, look: 'plain' };
}

export function bold(text: string): TextLine {
  return { text, look: 'bold' };
}

export function mono(text: string): TextLine {
  return { text, look: 'mono' };
}

/** In their order; none for no lines. */
export function writeMessages(lines: readonly TextLine[]): readonly string[] {
  const messages: string[] = [];
  let message: string | null = null;
  for (const line of lines.flatMap((each) => [...cut(each)])) {
    const written = write(line);
    if (message !== null && message.length + 1 + written.length > LONGEST_MESSAGE) {
      messages.push(message);
      message = null;
    }
    message = message === null ? written : join(message, written);
  }
  return message === null ? messages : [...messages, message];
}

function write({ text, look }: TextLine): string {
  const escaped = escapeHtml(text);
  if (look === 'plain') return escaped;
  return look === 'bold' ? `<b>${escaped}</b>` : `${BLOCK}${escaped}${BLOCK_END}`;
}

/** What is escaped holds no tag: these are ours. */
function join(message: string, written: string): string {
  if (!message.endsWith(BLOCK_END) || !written.startsWith(BLOCK)) return `${message}\n${written}`;
  return `${message.slice(0, -BLOCK_END.length)}\n${written.slice(BLOCK.length)}`;
}

export function escapeHtml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(UNSEEN, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

function* cut({ text, look }: TextLine): Generator<TextLine> {
  let rest = text.toWellFormed();
  while (escapeHtml(rest).length > LONGEST_LINE) {
    let end = rest.length;
    while (escapeHtml(rest.slice(0, end)).length > LONGEST_LINE) end = Math.floor(end / 2);
    const space = rest.lastIndexOf(' ', end);
    // Not through the middle of a character that takes two units.
    const isPair = (rest.codePointAt(end - 1) ?? 0) > 0xffff;
    const at = space > 0 ? space : Math.max(1, isPair ? end - 1 : end);
    yield { text: rest.slice(0, at), look };
    rest = rest.slice(at).replace(/^ /, '');
  }
  yield { text: rest, look };
}
