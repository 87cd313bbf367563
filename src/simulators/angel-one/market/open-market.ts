import type { SimulatedMarket } from '../parts.ts';

/** A market that whoever opened it can close. */
export interface OpenMarket extends SimulatedMarket {
  /** No more prints and no timer left; `ended` resolves. */
  close(): void;
}
