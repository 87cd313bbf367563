import { toPaise } from '../../core/money.ts';
import type { MarginQuestion, MarginSource } from '../../ports/margin-source.ts';
import type { Outcome } from '../../ports/outcome.ts';
import { WIRE_PRODUCTS } from './order-body.ts';
import { funds, margin } from './rest/portfolio-calls.ts';
import type { RestClient } from './rest/rest-client.ts';
import type { TokenBook } from './token-book.ts';

/**
 * Funds and margins as Angel One tells them. The batch call adds up all of its legs and sets them off against each other,
 * so that each question is a call of its own.
 */
export class AngelOneMargins implements MarginSource {
  readonly #client: RestClient;
  readonly #book: TokenBook;

  constructor(client: RestClient, book: TokenBook) {
    this.#client = client;
    this.#book = book;
  }

  async available(): Promise<Outcome<number>> {
    const outcome = await funds(this.#client);
    if (outcome.kind !== 'done') return outcome;
    const { availableCash } = outcome.value;
    if (availableCash === null) return { kind: 'unknown', reason: 'The broker does not say what is available' };
    return { kind: 'done', value: toPaise(availableCash) };
  }

  async marginOf({ instrumentId, side, product, quantity }: MarginQuestion): Promise<Outcome<number>> {
    const listed = this.#book.byId(instrumentId);
    if (listed === undefined) {
      return { kind: 'refused', code: 'NOT_LISTED', reason: `"${instrumentId}" is not in the broker's list` };
    }
    const { segment: exchange, token } = listed;
    const leg = { exchange, token, productType: WIRE_PRODUCTS[product], tradeType: side, qty: quantity, price: 0 };
    const outcome = await margin(this.#client, [leg]);
    return outcome.kind === 'done' ? { kind: 'done', value: toPaise(outcome.value.totalMarginRequired) } : outcome;
  }
}
