import type { InstrumentId } from '../../core/ids.ts';
import type { Instrument } from '../../core/instrument.ts';

/** The master's words for venues; the same ones stand in orders and quotes. */
export const SEGMENTS = ['NSE', 'BSE', 'NFO', 'BFO', 'MCX', 'CDS'] as const;
export type Segment = (typeof SEGMENTS)[number];

/** The market stream's numbers for the same venues. */
export const EXCHANGE_TYPES: Readonly<Record<Segment, number>> = { NSE: 1, NFO: 2, BSE: 3, BFO: 4, MCX: 5, CDS: 13 };

/** One of our instruments with Angel One's names for it. */
export interface ListedInstrument {
  readonly instrument: Instrument;
  readonly segment: Segment;
  /** Unique within its segment only. */
  readonly token: string;
  readonly tradingSymbol: string;
}

/** Angel One's names for the instruments that a worker uses. */
export class TokenBook {
  readonly #byId = new Map<InstrumentId, ListedInstrument>();
  readonly #byToken = new Map<string, ListedInstrument>();

  constructor(listed: Iterable<ListedInstrument>) {
    for (const each of listed) this.add(each);
  }

  add(listed: ListedInstrument): void {
    this.#byId.set(listed.instrument.id, listed);
    this.#byToken.set(`${listed.segment}|${listed.token}`, listed);
  }

  byId(id: InstrumentId): ListedInstrument | undefined {
    return this.#byId.get(id);
  }

  byToken(segment: Segment, token: string): ListedInstrument | undefined {
    return this.#byToken.get(`${segment}|${token}`);
  }

  all(): Iterable<ListedInstrument> {
    return this.#byId.values();
  }
}
