import { textOf } from '../orders/wire-fields.ts';
import type { ClientHandler, OpenCall, RestParts } from './desk-parts.ts';
import { istStamp } from './ist-text.ts';
import { done, type Reply, refused } from './reply.ts';

export function login({ body, apiKey }: OpenCall, { accounts, ledger, market }: RestParts): Reply {
  const clientCode = textOf(body, 'clientcode');
  const verdict = accounts.login(apiKey, clientCode, textOf(body, 'password'), textOf(body, 'totp'));
  const now = market.clock.now();
  if ('tokens' in verdict) {
    ledger.addSession(clientCode, 'login', now);
    const state = textOf(body, 'state');
    return done(state === '' ? verdict.tokens : { ...verdict.tokens, state });
  }
  ledger.addSession(clientCode, 'login-refused', now);
  switch (verdict.fault) {
    case 'client':
      return refused('AB1032', 'User not found');
    case 'api-key':
      return { kind: 'gateway', code: 'AG8004', message: 'Invalid API Key' };
    case 'mpin':
      return refused('AB1007', 'LoginbyPassword is not allowed. Please switch to Login by MPIN now.');
    case 'totp':
      return refused('AB1050', 'Invalid totp');
  }
}

export function refresh({ body }: OpenCall, { accounts, ledger, market }: RestParts): Reply {
  const verdict = accounts.refresh(textOf(body, 'refreshToken'));
  if ('tokens' in verdict) {
    ledger.addSession(verdict.clientCode, 'refresh', market.clock.now());
    return done(verdict.tokens);
  }
  if (verdict.fault === 'expired') return refused('AB8051', 'Refresh Token Expired');
  return refused('AB8050', 'Invalid Refresh Token');
}

export const profile: ClientHandler = ({ desk }, { market }) =>
  done({
    clientcode: desk.account.clientCode,
    name: 'A SIMULATED TRADER',
    email: '',
    mobileno: '',
    exchanges: [...new Set(market.listings.map(({ segment }) => segment))],
    products: ['DELIVERY', 'INTRADAY', 'CARRYFORWARD', 'MARGIN'],
    lastlogintime: istStamp(market.clock.now()),
    brokerid: 'B2C',
  });

export const logout: ClientHandler = ({ body, desk, authorization }, { accounts, ledger, market }) => {
  const { clientCode } = desk.account;
  if (textOf(body, 'clientcode') !== clientCode) return refused('AB1007', 'AMX error: invalid or missing clientcode');
  accounts.logout(authorization);
  ledger.addSession(clientCode, 'logout', market.clock.now());
  return done('');
};

export const funds: ClientHandler = ({ desk }) => {
  const { availablePaise, usedPaise, realisedPaise, unrealisedPaise } = desk.funds.report(desk.orders.admitted);
  return done({
    net: rupeesText(availablePaise),
    availablecash: rupeesText(availablePaise),
    availableintradaypayin: '0.0000',
    availablelimitmargin: '0.0000',
    collateral: '0.0000',
    m2munrealized: rupeesText(unrealisedPaise),
    m2mrealized: rupeesText(realisedPaise),
    utiliseddebits: rupeesText(usedPaise),
    utilisedspan: null,
    utilisedoptionpremium: null,
    utilisedholdingsales: null,
    utilisedexposure: null,
    utilisedturnover: null,
    utilisedpayout: rupeesText(availablePaise),
  });
};

function rupeesText(paise: number): string {
  return (paise / 100).toFixed(4);
}
