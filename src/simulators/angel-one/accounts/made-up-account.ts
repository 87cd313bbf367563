import type { Paise } from '../../../core/money.ts';
import type { SimulatedAccount } from './account.ts';

/** Credentials that open the simulator and nothing else: all of them are made up. */
export function madeUpAccount(fundsPaise: Paise): SimulatedAccount {
  return {
    clientCode: 'SIM1000',
    mpin: '1234',
    totpSecret: 'MADEUPSECRETMADEUPSECRETMADEUPSE',
    apiKey: 'made-up-key',
    fundsPaise,
  };
}
