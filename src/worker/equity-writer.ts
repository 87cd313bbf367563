import type { EquityMarks } from '../core/equity-marks.ts';
import { writeEquityMarks } from '../db/account-record.ts';
import type { Database } from '../db/database.ts';
import type { Portfolio } from '../engine/portfolio/portfolio.ts';

/** Keeps what losses are measured against where a restart finds it. */
export class EquityWriter {
  readonly #portfolio: Pick<Portfolio, 'marks' | 'peakEquityPaise'>;
  readonly #database: Pick<Database, 'sql'>;
  #written: EquityMarks | undefined;

  constructor(portfolio: Pick<Portfolio, 'marks' | 'peakEquityPaise'>, database: Pick<Database, 'sql'>) {
    this.#portfolio = portfolio;
    this.#database = database;
  }

  async write(): Promise<void> {
    // Looked at live, the peak is that of every second, not only of the moments at which an entry is asked for.
    const { peakEquityPaise } = this.#portfolio;
    const marks = { ...this.#portfolio.marks, peakEquityPaise };
    const { day, dayStartEquityPaise } = marks;
    if (Number.isNaN(day)) return;
    const before = this.#written;
    const isSame = before?.peakEquityPaise === peakEquityPaise && before.dayStartEquityPaise === dayStartEquityPaise;
    if (isSame && before?.day === day) return;
    await writeEquityMarks(this.#database, marks);
    this.#written = marks;
  }
}
