import type { Paise, Rupees } from '../../../core/money.ts';

/** Shares in the demat account when the simulator starts. */
export interface HeldShares {
  readonly segment: string;
  readonly token: string;
  readonly quantity: number;
  readonly averagePrice: Rupees;
}

/** A client of the simulated broker. All of it is made up. */
export interface SimulatedAccount {
  readonly clientCode: string;
  /** Four digits. */
  readonly mpin: string;
  /** Base32. */
  readonly totpSecret: string;
  readonly apiKey: string;
  readonly fundsPaise: Paise;
  /** Where order and GTT writes may come from; absent: anywhere. */
  readonly registeredIps?: readonly string[];
  readonly holdings?: readonly HeldShares[];
}
