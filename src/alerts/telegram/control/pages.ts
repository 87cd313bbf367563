/**
 * Long answers by pages: the first is sent with a button for what is older, which shows the next one in its place. A button
 * carries what was asked, and the page is made anew when it is pressed, so that nothing has to be kept.
 */
import { bold, LONGEST_MESSAGE, type TextLine, writeMessages } from '../write-messages.ts';
import { readCommand, type WrittenCommand } from './read-command.ts';

export interface Button {
  readonly text: string;
  readonly callback_data: string;
}

export interface Page {
  readonly lines: readonly TextLine[];
  /** None when there is one page only. */
  readonly buttons: readonly Button[];
}

export interface PagePress {
  /** From 0. */
  readonly number: number;
  readonly asked: WrittenCommand;
}

const PREFIX = 'p:';
const MOST_LINES = 25;
/** Of the data of a button, in bytes (https://core.telegram.org/bots/api#inlinekeyboardbutton). */
const MOST_DATA = 64;
/** The head is repeated on each page, with its number. */
const HEAD_ROOM = 200;

/** Null when no button could carry what was asked: then all goes at once. */
export function pageOf(lines: readonly TextLine[], number: number, name: string, args: readonly string[]): Page | null {
  const [head, ...rest] = lines;
  if (head === undefined) return { lines, buttons: [] };
  const pages = split(rest);
  if (pages.length <= 1) return { lines, buttons: [] };
  const at = Math.min(number, pages.length - 1);
  const dataOf = (page: number): string => `${PREFIX}${page}:/${[name, ...args].join(' ')}`;
  if (Buffer.byteLength(dataOf(pages.length)) > MOST_DATA) return null;
  const buttons = [
    ...(at > 0 ? [{ text: '« back', callback_data: dataOf(at - 1) }] : []),
    ...(at < pages.length - 1 ? [{ text: 'more »', callback_data: dataOf(at + 1) }] : []),
  ];
  return { lines: [bold(`${head.text} (page ${at + 1} of ${pages.length})`), ...(pages[at] ?? [])], buttons };
}

/** Undefined for any other button. */
export function readPagePress(data: string): PagePress | undefined {
  const [, digits, text] = /^p:(\d{1,4}):(.+)$/s.exec(data) ?? [];
  const asked = text === undefined ? null : readCommand(text);
  return asked === null ? undefined : { number: Number(digits), asked };
}

function split(lines: readonly TextLine[]): readonly (readonly TextLine[])[] {
  const pages: TextLine[][] = [];
  let page: TextLine[] = [];
  for (const line of lines) {
    const isFull = page.length >= MOST_LINES || lengthOf([...page, line]) > LONGEST_MESSAGE - HEAD_ROOM;
    if (isFull && page.length > 0) {
      pages.push(page);
      page = [];
    }
    page.push(line);
  }
  return page.length === 0 ? pages : [...pages, page];
}

function lengthOf(lines: readonly TextLine[]): number {
  return writeMessages(lines).reduce((sum, text) => sum + text.length + 1, 0);
}
