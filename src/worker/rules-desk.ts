import { isNamed } from '../alerts/named-instrument.ts';
import type { AngelOne } from '../brokers/angel-one/open-angel-one.ts';
import { type ListedInstrument, TokenBook } from '../brokers/angel-one/token-book.ts';
import type { InstrumentId } from '../core/ids.ts';
import type { Instrument } from '../core/instrument.ts';
import type { GttBroker } from '../ports/gtt-broker.ts';

/** Where good-till-triggered rules rest, over all instruments that a rule is about: those of the bot, and others. */
export interface RulesDesk {
  readonly broker: GttBroker;
  /** Makes them known to the broker's side; returns those that can not be, with the reason. */
  list(ids: readonly InstrumentId[]): Promise<ReadonlyMap<InstrumentId, string>>;
  /** One that is known to the broker's side. */
  instrument(id: InstrumentId): Instrument | undefined;
  /** As a person names it: one that is traded, or any of the broker's list; undefined when there is none. */
  idOf(name: string): Promise<InstrumentId | undefined>;
  /** The longest that a call can be on its way, by the market's clock. */
  readonly flightMs: number;
  readonly searchGraceMs: number;
}

/** Names of instruments that the bot does not trade, from the stored list. */
export type ListingsOf = (ids: readonly InstrumentId[]) => Promise<{
  readonly listed: readonly ListedInstrument[];
  readonly refused: ReadonlyMap<InstrumentId, string>;
}>;

/** The id of an instrument of the stored list, as a person names it. */
export type IdOf = (name: string) => Promise<InstrumentId | undefined>;

interface RulesDeskOptions {
  readonly speed: number;
  readonly searchGraceMs: number;
  readonly listingsOf?: ListingsOf | undefined;
  readonly idOf?: IdOf | undefined;
}

/** In real time; longer than the longest wait for an answer. */
const FLIGHT_MS = 12_000;

export function openRulesDesk(
  angel: Pick<AngelOne, 'gttBroker'>,
  listed: Iterable<ListedInstrument>,
  { speed, searchGraceMs, listingsOf, idOf }: RulesDeskOptions,
): RulesDesk {
  // A book of its own: what it knows more must not be taken for traded.
  const book = new TokenBook(listed);
  return {
    ...{ broker: angel.gttBroker(book), searchGraceMs, flightMs: FLIGHT_MS * speed },
    instrument: (id) => book.byId(id)?.instrument,
    async idOf(name) {
      const known = [...book.all()].find(({ instrument }) => isNamed(instrument.id, name));
      return known?.instrument.id ?? idOf?.(name);
    },
    async list(ids) {
      const missing = [...new Set(ids)].filter((id) => book.byId(id) === undefined);
      if (missing.length === 0) return new Map();
      const found = listingsOf ? await listingsOf(missing) : { listed: [], refused: new Map<InstrumentId, string>() };
      for (const each of found.listed) book.add(each);
      return new Map(
        missing
          .filter((id) => book.byId(id) === undefined)
          .map((id) => [id, found.refused.get(id) ?? `"${id}" is not in the broker's list of instruments`]),
      );
    },
  };
}
