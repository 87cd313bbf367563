/** The rest of the market: shares of every series, indices twice, contracts, other exchanges, and rows that are faulty. */
import type { DayNumber } from '../../../core/time.ts';
import { createRandom, type Random } from '../../../simulation/random.ts';
import type { SimulatedListing } from '../parts.ts';
import { type ContractFamily, contractRows, fileDay, type Underlying } from './filler-contracts.ts';
import { INDEX_ROWS, legacyIndexRow, type MasterRow } from './master-rows.ts';

export interface FillerPlan {
  readonly rows: number;
  readonly seed: string;
  readonly day: DayNumber;
}

/** The rest are contracts of NFO. */
const SHARES_OF_ROWS = { nse: 0.04, bse: 0.06, bfo: 0.14, mcx: 0.08, cds: 0.06, farm: 0.02 };
const NSE_SERIES = ['EQ', 'EQ', 'BE', 'EQ', 'SG', 'EQ', 'BL', 'GS', 'EQ', 'MF'] as const;
const REAL_SHARES = [
  ...['RELIANCE', 'TCS', 'HDFCBANK', 'ICICIBANK', 'HINDUNILVR', 'INFY', 'ITC', 'KOTAKBANK', 'LT', 'AXISBANK'],
  ...['SBIN', 'M&M', 'BAJAJ-AUTO'],
];
const SYLLABLES = [
  ...['SU', 'RA', 'NI', 'KO', 'TA', 'VE', 'MI', 'LO', 'DE', 'PA', 'GU', 'JA', 'BHA', 'SHI', 'CHE', 'YO', 'KRI', 'HA'],
  ...['PRO', 'LAX'],
];
const SHARES_WITH_CONTRACTS = 200;
const FIRST_CASH_TOKEN = 1_000_000;
const FIRST_CONTRACT_TOKEN = 100_000;
const INDEX_MODELS: readonly [exchange: string, name: string, lot: number, step: number, weeks: 1 | 4][] = [
  ['NFO', 'NIFTY', 65, 50, 1],
  ['NFO', 'BANKNIFTY', 30, 100, 4],
  ['NFO', 'FINNIFTY', 60, 50, 4],
  ['NFO', 'MIDCPNIFTY', 120, 25, 4],
  ['BFO', 'SENSEX', 20, 100, 1],
  ['BFO', 'BANKEX', 30, 100, 4],
];
const COMMODITIES = ['GOLD', 'SILVER', 'CRUDEOIL', 'NATURALGAS', 'COPPER', 'ZINC', 'LEAD', 'ALUMINIUM', 'COTTON'];
const CURRENCIES = ['USDINR', 'EURINR', 'GBPINR', 'JPYINR'];

export function* fillerRows(listings: readonly SimulatedListing[], plan: FillerPlan): Generator<unknown, void, void> {
  let left = plan.rows;
  for (const row of endlessRows(listings, plan)) {
    if (left-- <= 0) return;
    yield row;
  }
}

/** The rows that matter most first, so that a short file has them as well. */
function* endlessRows(listings: readonly SimulatedListing[], { rows, seed, day }: FillerPlan): Generator<unknown> {
  const names = new Set(listings.map(({ instrument }) => `${instrument.exchange}|${instrument.symbol}`));
  yield* indexRows(names);
  const random = createRandom(`${seed}|filler`);
  yield* contractsOfListings(listings, names, day);
  const nse = Math.ceil(rows * SHARES_OF_ROWS.nse);
  yield* nseRows(nse, names, random);
  yield* bseRows(Math.ceil(rows * SHARES_OF_ROWS.bse), names, random);
  yield* faultyRows(day);
  const farm = Math.ceil(rows * SHARES_OF_ROWS.farm);
  yield* contractRows(farmFamily(), farm, day);
  yield* contractRows(family('CDS', CURRENCIES.map(currency), names), Math.ceil(rows * SHARES_OF_ROWS.cds), day);
  yield* contractRows(family('MCX', COMMODITIES.map(commodity), names), Math.ceil(rows * SHARES_OF_ROWS.mcx), day);
  const shares = Array.from({ length: SHARES_WITH_CONTRACTS }, (_, number) => shareName(number));
  const bfo = [...indexUnderlyings('BFO'), ...shares.slice(0, 40).map((name) => share(name, random))];
  yield* contractRows(family('BFO', bfo, names), Math.ceil(rows * SHARES_OF_ROWS.bfo), day);
  const nfo = [...indexUnderlyings('NFO'), ...shares.map((name) => share(name, random))];
  yield* contractRows(family('NFO', nfo, names), rows, day);
}

function* indexRows(names: ReadonlySet<string>): Generator<MasterRow> {
  for (const index of INDEX_ROWS) {
    const { exchange, symbol, masterSymbol, name, token } = index;
    if (names.has(`${exchange}|${symbol}`)) continue;
    const legacy = legacyIndexRow(index);
    if (legacy) yield legacy;
    yield indexRow(token, masterSymbol, name, exchange);
  }
  yield indexRow('99926008', 'Nifty IT', 'NIFTY IT', 'NSE');
  yield indexRow('99926004', 'Nifty 500', 'NIFTY 500', 'NSE');
}

/** A listed share with derivatives shows in the file as an underlying, also when the simulator trades none of them. */
function* contractsOfListings(
  listings: readonly SimulatedListing[],
  names: Set<string>,
  day: DayNumber,
): Generator<MasterRow> {
  const shares: Underlying[] = [];
  for (const { instrument } of listings) {
    if (!instrument.hasDerivatives || names.has(`NFO|${instrument.symbol}`)) continue;
    shares.push(shareUnderlying(instrument.symbol, 500, 5));
    names.add(`NFO|${instrument.symbol}`);
  }
  const own = { ...family('NFO', shares, new Set()), firstToken: FIRST_CASH_TOKEN };
  yield* contractRows(own, 3 * shares.length, day);
}

function* nseRows(count: number, names: ReadonlySet<string>, random: Random): Generator<MasterRow> {
  for (let number = 0; number < count; number++) {
    const name = shareName(number);
    if (names.has(`NSE|${name}`)) continue;
    const series = number < SHARES_WITH_CONTRACTS ? 'EQ' : (NSE_SERIES[number % NSE_SERIES.length] ?? 'EQ');
    yield cashRow(FIRST_CASH_TOKEN + number, `${name}-${series}`, name, 'NSE', random);
    // Some shares are listed in both series for a time.
    if (number % 97 === 0 && series === 'EQ')
      yield cashRow(2 * FIRST_CASH_TOKEN + number, `${name}-BE`, name, 'NSE', random);
  }
}

function* bseRows(count: number, names: ReadonlySet<string>, random: Random): Generator<MasterRow> {
  for (let number = 0; number < count; number++) {
    const name = shareName(number);
    if (!names.has(`BSE|${name}`)) yield cashRow(FIRST_CASH_TOKEN + number, name, name, 'BSE', random);
  }
}

/** What has been seen in the file, or may be one day. */
function* faultyRows(day: DayNumber): Generator<unknown> {
  const token = (number: number): string => String(5 * FIRST_CASH_TOKEN + number);
  const good = { ...cashRow(0, 'FAULTY-EQ', 'FAULTY', 'NSE', undefined) };
  const future = { ...good, exch_seg: 'NFO', instrumenttype: 'FUTSTK', symbol: 'FAULTYFUT', expiry: fileDay(day + 9) };
  yield null;
  yield 'row';
  yield [];
  yield { symbol: 'FAULTY-EQ', exch_seg: 'NSE' };
  yield { ...good, token: '' };
  yield { ...good, token: token(1), symbol: '-EQ', name: '' };
  yield { ...good, token: token(2), symbol: 'ODD:NAME-EQ', name: 'ODD:NAME' };
  yield { ...good, token: token(3), symbol: 'NOTICK-EQ', name: 'NOTICK', tick_size: '' };
  yield { ...future, token: token(4), lotsize: '0' };
  yield { ...future, token: token(5), expiry: '31FEB2027' };
  yield { ...future, token: token(6), expiry: '' };
  yield { ...future, token: token(7), expiry: fileDay(day - 1) };
  yield { ...future, token: token(8), instrumenttype: 'OPTSTK', symbol: 'FAULTY27.5XX', strike: '2750.000000' };
  yield { ...future, token: token(9), instrumenttype: 'OPTSTK', symbol: 'FAULTY27.5CE', strike: 'abc' };
  yield { ...future, token: token(10), instrumenttype: 'SPREAD' };
  yield { ...good, token: '99926000', symbol: 'TAKEN-EQ', name: 'TAKEN' };
  yield { ...good, token: token(11), symbol: 'SPELT-EQ', name: 'SPELT', exch_seg: 'nse_cm' };
  yield indexRow('2', 'NIFTY', 'NIFTY', 'CDS');
}

function family(segment: string, underlyings: readonly Underlying[], names: ReadonlySet<string>): ContractFamily {
  return {
    segment,
    underlyings: underlyings.filter(({ name }) => !names.has(`${segment}|${name}`)),
    weekday: segment === 'BFO' ? 4 : segment === 'NFO' ? 2 : 3,
    strikeScale: segment === 'CDS' ? 10_000_000 : 100,
    tickSize: segment === 'CDS' ? '0.250000' : segment === 'MCX' ? '100.000000' : '5.000000',
    firstToken: FIRST_CONTRACT_TOKEN,
  };
}

function farmFamily(): ContractFamily {
  const farm = ['JEERA', 'GUARSEED', 'TURMERIC'].map(commodity);
  return { ...family('NCDEX', farm, new Set()) };
}

function indexUnderlyings(exchange: string): Underlying[] {
  return INDEX_MODELS.filter(([venue]) => venue === exchange).map(([, name, lotSize, strikeStep, everyWeeks]) => {
    return { name, lotSize, strikeStep, everyWeeks, priceSteps: 520, types: ['FUTIDX', 'OPTIDX'] };
  });
}

function share(name: string, random: Random): Underlying {
  return shareUnderlying(name, 25 * (1 + random.below(120)), [2.5, 5, 10, 20][random.below(4)] ?? 5);
}

function shareUnderlying(name: string, lotSize: number, strikeStep: number): Underlying {
  return { name, lotSize, strikeStep, priceSteps: 300, everyWeeks: 4, types: ['FUTSTK', 'OPTSTK'] };
}

function commodity(name: string): Underlying {
  return { name, lotSize: 100, strikeStep: 100, priceSteps: 600, everyWeeks: 4, types: ['FUTCOM', 'OPTFUT'] };
}

function currency(name: string): Underlying {
  return { name, lotSize: 1_000, strikeStep: 0.25, priceSteps: 340, everyWeeks: 1, types: ['FUTCUR', 'OPTCUR'] };
}

function indexRow(token: string, symbol: string, name: string, segment: string): MasterRow {
  return {
    ...{ token, symbol, name, expiry: '', strike: '0.000000', lotsize: '1' },
    ...{ instrumenttype: 'AMXIDX', exch_seg: segment, tick_size: '0.000000' },
  };
}

function cashRow(token: number, symbol: string, name: string, segment: string, random: Random | undefined): MasterRow {
  const tick = ['5.000000', '10.000000', '1.000000'][random?.below(3) ?? 0] ?? '5.000000';
  return {
    ...{ token: String(token), symbol, name, expiry: '', strike: '-1.000000', lotsize: '1' },
    ...{ instrumenttype: '', exch_seg: segment, tick_size: tick },
  };
}

/** The first are real shares, the others are made of syllables; no two are alike. */
function shareName(number: number): string {
  const real = REAL_SHARES[number];
  if (real !== undefined) return real;
  let rest = number - REAL_SHARES.length;
  let name = '';
  for (let place = 0; place < 3 || rest > 0; place++) {
    name += SYLLABLES[rest % SYLLABLES.length];
    rest = Math.floor(rest / SYLLABLES.length);
  }
  return name;
}
