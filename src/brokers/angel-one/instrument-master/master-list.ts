/**
 * Makes one list of the file's rows: each instrument once, each token once, of two rows for a share or an index the one we
 * trade. Contracts pass through at once; shares and indices, a tenth of the file, wait for its end, where it is known which
 * of them have derivatives. Every row that is left out is counted by its reason, with one example.
 */
import type { InstrumentId } from '../../../core/ids.ts';
import type { DayNumber } from '../../../core/time.ts';
import type { ListedInstrument } from '../token-book.ts';
import { listedOfRow, type RowRefusal } from './listed-of-row.ts';

export interface RefusedRows {
  readonly reason: RowRefusal;
  readonly count: number;
  /** The first such row, as JSON, cut to a line. */
  readonly example: string;
}

export interface MasterReport {
  readonly rows: number;
  readonly listed: number;
  /** Most frequent first. */
  readonly refused: readonly RefusedRows[];
}

interface StandIn {
  readonly listed: ListedInstrument;
  readonly otherwise: RowRefusal;
  readonly row: unknown;
}

const EXAMPLE_CHARACTERS = 300;

export class MasterList {
  readonly #day: DayNumber;
  readonly #ids = new Set<InstrumentId>();
  readonly #tokens = new Set<string>();
  readonly #withContracts = new Set<string>();
  readonly #refused = new Map<RowRefusal, { count: number; readonly example: string }>();
  #waiting: ListedInstrument[] = [];
  #standIns: StandIn[] = [];
  #rows = 0;
  #listed = 0;

  /** The trading day of the file. */
  constructor(day: DayNumber) {
    this.#day = day;
  }

  /** The row's instrument, when nothing that comes later can change it. */
  add(row: unknown): ListedInstrument | undefined {
    this.#rows += 1;
    const result = listedOfRow(row, this.#day);
    if (result.kind === 'refused') {
      this.#refuse(result.reason, row);
      return undefined;
    }
    const { listed } = result;
    if (result.kind === 'stand-in') {
      this.#standIns.push({ listed, otherwise: result.otherwise, row });
      return undefined;
    }
    if (!this.#admit(listed, 'duplicate-instrument', row)) return undefined;
    const { kind, symbol } = listed.instrument;
    if (kind === 'EQUITY' || kind === 'INDEX') {
      this.#waiting.push(listed);
      return undefined;
    }
    if (listed.segment === 'NFO' || listed.segment === 'BFO') this.#withContracts.add(symbol);
    return listed;
  }

  /** After the last row: shares and indices. */
  *rest(): Generator<ListedInstrument, void, void> {
    for (const { listed, otherwise, row } of this.#standIns) {
      if (this.#admit(listed, otherwise, row)) this.#waiting.push(listed);
    }
    this.#standIns = [];
    for (const listed of this.#waiting) {
      const { instrument } = listed;
      const hasDerivatives = instrument.kind === 'EQUITY' && this.#withContracts.has(instrument.symbol);
      yield hasDerivatives ? { ...listed, instrument: { ...instrument, hasDerivatives } } : listed;
    }
    this.#waiting = [];
  }

  report(): MasterReport {
    const refused = [...this.#refused].map(([reason, { count, example }]) => ({ reason, count, example }));
    refused.sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
    return { rows: this.#rows, listed: this.#listed, refused };
  }

  #admit({ instrument, segment, token }: ListedInstrument, ifListed: RowRefusal, row: unknown): boolean {
    const place = `${segment}|${token}`;
    if (this.#ids.has(instrument.id)) return this.#refuse(ifListed, row);
    if (this.#tokens.has(place)) return this.#refuse('duplicate-token', row);
    this.#ids.add(instrument.id);
    this.#tokens.add(place);
    this.#listed += 1;
    return true;
  }

  #refuse(reason: RowRefusal, row: unknown): false {
    const known = this.#refused.get(reason);
    if (known) known.count += 1;
    else this.#refused.set(reason, { count: 1, example: exampleOf(row) });
    return false;
  }
}

function exampleOf(row: unknown): string {
  return (JSON.stringify(row) ?? String(row)).slice(0, EXAMPLE_CHARACTERS);
}
