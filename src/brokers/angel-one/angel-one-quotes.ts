import type { InstrumentId } from '../../core/ids.ts';
import type { LatestQuote } from '../../ports/account-views.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Outcome } from '../../ports/outcome.ts';
import type { QuoteSource } from '../../ports/quote-source.ts';
import { type QuoteRow, quotes } from './rest/market-calls.ts';
import type { RestClient } from './rest/rest-client.ts';
import type { ListedInstrument, TokenBook } from './token-book.ts';

export interface AngelOneQuotesOptions {
  readonly client: RestClient;
  readonly book: Pick<TokenBook, 'byId'>;
  readonly clock: Clock;
  /** Names of instruments that the book does not have; without it they have no price. */
  readonly namesOf?: (ids: readonly InstrumentId[]) => Promise<readonly ListedInstrument[]>;
}

/** Prices as Angel One has them now: a call of the account's budget for each fifty instruments. */
export class AngelOneQuotes implements QuoteSource {
  readonly #options: AngelOneQuotesOptions;

  constructor(options: AngelOneQuotesOptions) {
    this.#options = options;
  }

  async quotesOf(ids: readonly InstrumentId[]): Promise<Outcome<readonly LatestQuote[]>> {
    const { client, clock } = this.#options;
    const listed = await this.#listed([...new Set(ids)]);
    if (listed.length === 0) return { kind: 'done', value: [] };
    const wanted = listed.map(({ segment: exchange, token }) => ({ exchange, token }));
    const outcome = await quotes(client, 'FULL', wanted);
    if (outcome.kind !== 'done') return outcome;
    const rows = new Map(outcome.value.fetched.map((row) => [`${row.exchange}|${row.token}`, row]));
    const now = clock.now();
    return {
      kind: 'done',
      value: listed.flatMap((each) => {
        const row = rows.get(`${each.segment}|${each.token}`);
        // A contract that has never traded has the price 0.
        return row === undefined || row.lastPrice <= 0 ? [] : [quoteOf(row, each, now)];
      }),
    };
  }

  async #listed(ids: readonly InstrumentId[]): Promise<readonly ListedInstrument[]> {
    const { book, namesOf } = this.#options;
    const known = ids.flatMap((id) => book.byId(id) ?? []);
    const others = ids.filter((id) => book.byId(id) === undefined);
    return others.length === 0 || namesOf === undefined ? known : [...known, ...(await namesOf(others))];
  }
}

function quoteOf(row: QuoteRow, { instrument }: ListedInstrument, now: number): LatestQuote {
  const [bid, ask] = [row.depth?.buy[0]?.price ?? 0, row.depth?.sell[0]?.price ?? 0];
  return {
    instrumentId: instrument.id,
    time: row.exchFeedTime ?? row.exchTradeTime ?? now,
    lastPrice: row.lastPrice,
    bid: bid > 0 ? bid : null,
    ask: ask > 0 ? ask : null,
    volume: row.tradeVolume,
    openInterest: instrument.expiry === null ? null : row.opnInterest,
  };
}
