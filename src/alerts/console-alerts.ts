import type { Alert, AlertLevel, AlertSettings } from '../core/alert.ts';
import { formatClock } from '../core/time.ts';
import type { AlertSink } from '../ports/alert-sink.ts';
import type { Outcome } from '../ports/outcome.ts';
import { settingOf } from './setting-of.ts';

/** The part of a stream that is used; `process.stdout` fits. */
export interface AlertStream {
  readonly isTTY?: boolean | undefined;
  /** How wide the terminal is; undefined for a file or a pipe. */
  readonly columns?: number | undefined;
  write(text: string, done: (error?: Error | null) => void): unknown;
}

const WIDTH = 80;
const LEAST_WIDTH = 40;
const MARKS: Readonly<Record<AlertLevel, string>> = { info: '  ', warning: ' !', critical: '!!' };
const COLOURS: Readonly<Record<AlertLevel, string>> = { info: '', warning: '\u001b[33m', critical: '\u001b[1;31m' };
const PLAIN = '\u001b[0m';
// biome-ignore lint/suspicious/noControlCharactersInRegex: a broker's words must not steer the terminal
const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g;

/** Tells the person at the terminal, a line an alert: `09:20:01    Bought 10 RELIANCE at 1,402.35 (entry)`. */
export class ConsoleAlerts implements AlertSink {
  readonly #stream: AlertStream;
  readonly #settings: AlertSettings | null;

  /** `settings`: what is off there is not printed either; null for all. */
  constructor(stream: AlertStream, settings: AlertSettings | null = null) {
    this.#stream = stream;
    this.#settings = settings;
  }

  async send(alert: Alert): Promise<Outcome<null>> {
    if (this.#settings !== null && settingOf(alert, this.#settings) === 'off') return { kind: 'done', value: null };
    const text = this.#paint(linesOf(alert, this.#width), alert.level);
    return new Promise((resolve) => {
      this.#stream.write(`${text}\n`, (error) => {
        resolve(
          error ? { kind: 'refused', code: 'CONSOLE_CLOSED', reason: error.message } : { kind: 'done', value: null },
        );
      });
    });
  }

  get #width(): number {
    return Math.max(LEAST_WIDTH, Math.min(WIDTH, this.#stream.columns ?? WIDTH));
  }

  #paint(text: string, level: AlertLevel): string {
    const colour = COLOURS[level];
    return this.#stream.isTTY === true && colour !== '' ? `${colour}${text}${PLAIN}` : text;
  }
}

function linesOf(alert: Alert, width: number): string {
  const head = `${formatClock(alert.time)} ${MARKS[alert.level]} `;
  const indent = ' '.repeat(head.length);
  // A summary has lines of its own; in anything else a line break is somebody else's word.
  const texts = alert.kind === 'summary' ? alert.text.split('\n') : [alert.text];
  const lines = texts.flatMap((text) => wrap(text.replaceAll(CONTROL, ' ').trim(), width - head.length));
  return head + lines.join(`\n${indent}`);
}

/** Breaks at spaces; a word longer than the width keeps a line of its own. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/ +/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
