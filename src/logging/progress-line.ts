/** A terminal's stream or one that only takes text; `process.stdout` fits. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string, done?: (error?: Error | null) => void): unknown;
}

const REDRAW_MS = 100;
/** Where nothing can be redrawn, a line now and then says that there is life. */
const PLAIN_EVERY_MS = 5_000;

/** Lines that stay, above one line of progress that is redrawn in place. */
export class ProgressLine {
  readonly #stream: ProgressStream;
  #shown = '';
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(stream: ProgressStream) {
    this.#stream = stream;
  }

  get isTTY(): boolean {
    return this.#stream.isTTY === true;
  }

  get columns(): number | undefined {
    return this.#stream.columns;
  }

  /** Text that stays. */
  write(text: string, done?: (error?: Error | null) => void): void {
    const line = this.#shown;
    this.#stream.write(line === '' ? text : `\r\u001b[K${text}${line}`, done);
  }

  show(text: string): void {
    const now = performance.now();
    if (now - this.#drawnAt < (this.isTTY ? REDRAW_MS : PLAIN_EVERY_MS)) return;
    this.#drawnAt = now;
    if (!this.isTTY) {
      this.#stream.write(`${text}\n`);
      return;
    }
    this.#shown = text.slice(0, (this.#stream.columns ?? 80) - 1);
    this.#stream.write(`\r\u001b[K${this.#shown}`);
  }

  end(): void {
    if (this.#shown !== '') this.#stream.write('\r\u001b[K');
    this.#shown = '';
  }
}
