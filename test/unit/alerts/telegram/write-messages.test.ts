import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  bold,
  escapeHtml,
  LONGEST_MESSAGE,
  mono,
  plain,
  type TextLine,
  writeMessages,
} from '../../../../src/alerts/telegram/write-messages.ts';

/** What Telegram would show, or an error where it would refuse: an unknown tag, one left open, a bare sign. */
function shown(message: string): string {
  const open: string[] = [];
  let text = '';
  for (const [part] of message.matchAll(/<\/?[a-z]*>|&[a-z]*;?|[^<&]+|</g)) {
    if (part === '&lt;') text += '<';
    else if (part === '&gt;') text += '>';
    else if (part === '&amp;') text += '&';
    else if (part === '<b>' || part === '<pre>') open.push(part.slice(1, -1));
    else if (part === '</b>' || part === '</pre>') {
      if (open.pop() !== part.slice(2, -1)) throw new Error(`Can't find start tag of ${part}`);
    } else if (part.startsWith('<') || part.startsWith('&') || part.includes('>')) {
      throw new Error(`Can't parse entities: ${part}`);
    } else text += part;
  }
  if (open.length > 0) throw new Error(`Can't find end tag of <${open[0]}>`);
  return text;
}

it('shows every name as it is', () => {
  const names = ['M&M', 'NIFTY_50*', '<b>bold</b>', 'a < b && c > d', '[link](tg://x)', '&amp;', '`code`', '\\_'];
  const [message = ''] = writeMessages([...names.map(plain), ...names.map(bold), ...names.map(mono)]);
  expect(shown(message)).toBe([...names, ...names, ...names].join('\n'));
});

it('makes one block of lines of one width that follow each other, with their spaces', () => {
  const table = ['  call strike', '152.40  25700*'];
  expect(writeMessages([bold('NIFTY'), ...table.map(mono), plain('* at the money'), mono('a<b')])).toEqual([
    '<b>NIFTY</b>\n<pre>  call strike\n152.40  25700*</pre>\n* at the money\n<pre>a&lt;b</pre>',
  ]);
  // A name that looks like the end of a block is none.
  expect(writeMessages([plain('x</pre>'), mono('y')])).toEqual(['x&lt;/pre&gt;\n<pre>y</pre>']);
});

it('splits a block between messages, each with a block of its own', () => {
  const rows = Array.from({ length: 300 }, (_, index) => `${index}`.padStart(40));
  const messages = writeMessages(rows.map(mono));
  expect(messages.length).toBeGreaterThan(2);
  expect(messages.every((message) => /^<pre>[^<]*<\/pre>$/.test(message))).toBe(true);
  expect(messages.map(shown).join('\n')).toBe(rows.join('\n'));
});

it('splits between lines, each message on its own', () => {
  const lines = Array.from({ length: 200 }, (_, index) => `row ${index} ${'x'.repeat(50)}`);
  const messages = writeMessages(lines.map(bold));
  expect(messages.length).toBeGreaterThan(2);
  expect(messages.map(shown).join('\n')).toBe(lines.join('\n'));
});

it('cuts a line that is too long at a space', () => {
  const [first = ''] = writeMessages([plain('word '.repeat(400))]);
  expect(
    shown(first)
      .split('\n')
      .every((line) => /^(word ?)+$/.test(line)),
  ).toBe(true);
});

it.each([0, 1])('cuts no character in two that takes two units, from %d on', (shift) => {
  const text = 'x'.repeat(shift) + '😀'.repeat(2_001);
  expect(
    writeMessages([plain(text)])
      .map(shown)
      .join('')
      .replaceAll('\n', ''),
  ).toBe(text);
});

it('says nothing of nothing', () => {
  expect(writeMessages([])).toEqual([]);
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({
    unit: fc.constantFrom('<', '>', '&', ';', '/', 'b', ' ', '\n', '\ud800', '😀', '*', '_'),
    maxLength: 9_000,
  }),
);
const anyLine: fc.Arbitrary<TextLine> = fc.record({
  text: anyText,
  look: fc.constantFrom('plain', 'bold', 'mono'),
});

it('is never refused, never too long, and loses no sign that can be seen', () => {
  const seen = (text: string): string =>
    text.toWellFormed().replaceAll(/[\s\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, '');
  fc.assert(
    fc.property(fc.array(anyLine, { maxLength: 12 }), (lines) => {
      const messages = writeMessages(lines);
      for (const message of messages) expect(message.length).toBeLessThanOrEqual(LONGEST_MESSAGE);
      expect(seen(messages.map(shown).join(''))).toBe(seen(lines.map(({ text }) => text).join('')));
    }),
    { numRuns: 300 },
  );
});

it('takes out what can not be seen or turns the reading direction', () => {
  expect(escapeHtml('a\u202eb\u0000c\nd\ud800')).toBe('a b c d\ufffd');
});
