import type { InstrumentId } from '../../../core/ids.ts';
import { dayOf, type EpochMs, formatClock, formatDay, formatIst, parseDay } from '../../../core/time.ts';
import type { LatestQuote } from '../../../ports/account-views.ts';
import type { OptionUnderlying } from '../../../ports/option-list.ts';
import { formatPrice } from '../../format-values.ts';
import { type ChainStrike, chainTable, strikesAround, unpricedWords } from '../../views/option-chain.ts';
import { bold, mono, plain } from '../write-messages.ts';
import type { BotCommand, ControlDesk, Reply } from './bot-command.ts';
import { misread } from './view-commands.ts';

/** Strikes on each side of the money. */
const EACH_SIDE = 10;
const MOST_LETTERS = 64;
const MOST_EXPIRIES = 12;

/** Options around the money, from the list of instruments, with stored prices and those that the broker has now. */
export const OPTION_CHAIN_COMMAND: BotCommand = {
  ...{ name: 'optionchain', role: 'viewer', usage: '<symbol> [expiry]', isSafety: false, isPaged: true },
  summary: 'calls and puts around the money: latest price, open interest; of the nearest expiry unless said otherwise',
  async run(args, desk) {
    const words = args.join(' ');
    if (words === '' || words.length > MOST_LETTERS) return misread('expected a symbol, such as NIFTY');
    const meant = await underlyingMeant(args, desk);
    if (meant === undefined) {
      return misread(
        `no options of "${words}" are listed; "signalman instruments search ${args[0]}" shows what is listed at the broker`,
      );
    }
    const { underlying, asked } = meant;
    const today = formatDay(dayOf(desk.day()));
    const expiries = underlying.expiries.filter((each) => each >= today);
    const expiry = asked === null ? expiries[0] : expiries.find((each) => each === asked);
    if (expiry === undefined) {
      const found = asked === null ? 'none that is not over' : `"${asked}"`;
      return misread(`expected an expiry of ${underlying.symbol} (${listOf(expiries)}), found ${found}`);
    }
    return chainOf(underlying, expiry, desk);
  },
};

/** The whole as a name, or the last word as an expiry. */
async function underlyingMeant(
  args: readonly string[],
  { options }: ControlDesk,
): Promise<{ readonly underlying: OptionUnderlying; readonly asked: string | null } | undefined> {
  const last = args.at(-1) ?? '';
  const whole = parseDay(last) === undefined ? await options.underlying(args.join(' ')) : undefined;
  if (whole !== undefined) return { underlying: whole, asked: null };
  const underlying = args.length > 1 ? await options.underlying(args.slice(0, -1).join(' ')) : undefined;
  return underlying && { underlying, asked: last };
}

async function chainOf(underlying: OptionUnderlying, expiry: string, desk: ControlDesk): Promise<Reply> {
  const { symbol, instrumentId } = underlying;
  const contracts = await desk.options.contracts(underlying, expiry);
  const under = instrumentId === null ? NOTHING_KNOWN : await pricesOf([instrumentId], desk, true);
  const spot = instrumentId === null ? undefined : under.quotes.get(instrumentId);
  const strikes = strikesAround(contracts, spot?.lastPrice ?? null, EACH_SIDE);
  const ids = strikes.flatMap(({ call, put }) => [call, put]).filter((id) => id !== null);
  // A broker that has just not answered is not asked again.
  const { quotes, trouble } = await pricesOf(ids, desk, under.trouble === null);
  const head = `${symbol} ${expiry}${spot ? `: ${formatPrice(spot.lastPrice)} at ${stampOf(spot.time, desk)}` : ''}`;
  const lines = [
    bold(head),
    ...chainTable(strikes, quotes).map(mono),
    ...notesOf(strikes, quotes, { desk, hasSpot: spot !== undefined, trouble: under.trouble ?? trouble }).map(plain),
  ];
  const rows = strikes.map((each) => ({
    ...each,
    callQuote: each.call && (quotes.get(each.call) ?? null),
    putQuote: each.put && (quotes.get(each.put) ?? null),
  }));
  return { kind: 'lines', lines, facts: { symbol, expiry, underlying: spot ?? null, strikes: rows } };
}

interface Prices {
  readonly quotes: ReadonlyMap<InstrumentId, LatestQuote>;
  /** Why the broker could not be asked; null when it was. */
  readonly trouble: string | null;
}

const NOTHING_KNOWN: Prices = { quotes: new Map(), trouble: null };

/** Of the day, the newer of what is stored and what the broker says. */
async function pricesOf(ids: readonly InstrumentId[], desk: ControlDesk, mayAsk: boolean): Promise<Prices> {
  const [stored, asked] = await Promise.all([
    desk.views.quotesOf(ids),
    mayAsk ? desk.quotes.quotesOf(ids) : ({ kind: 'done', value: [] } as const),
  ]);
  const today = dayOf(desk.day());
  const quotes = new Map<InstrumentId, LatestQuote>();
  const told = asked.kind === 'done' ? asked.value : [];
  for (const quote of [...stored.filter(({ time }) => dayOf(time) === today), ...told]) {
    if ((quotes.get(quote.instrumentId)?.time ?? Number.NEGATIVE_INFINITY) <= quote.time) {
      quotes.set(quote.instrumentId, quote);
    }
  }
  if (asked.kind === 'done') return { quotes, trouble: null };
  return { quotes, trouble: asked.kind === 'throttled' ? 'it asks for fewer calls' : asked.reason };
}

function notesOf(
  strikes: readonly ChainStrike[],
  quotes: Prices['quotes'],
  told: { readonly desk: ControlDesk; readonly hasSpot: boolean; readonly trouble: string | null },
): readonly string[] {
  const times = [...quotes.values()].map(({ time }) => time);
  const { desk, hasSpot, trouble } = told;
  const unpriced = unpricedWords(strikes, quotes);
  return [
    hasSpot
      ? '* nearest to the price of the underlying'
      : 'the underlying has no price: these are the strikes in the middle of the list',
    ...(times.length === 0 ? [] : [`prices of ${rangeOf(times, desk)}`]),
    ...(unpriced === '' ? [] : [`no price: ${unpriced}`]),
    ...(trouble === null ? [] : [`the broker could not be asked for prices: ${trouble}`]),
  ];
}

function rangeOf(times: readonly EpochMs[], desk: ControlDesk): string {
  const [oldest, newest] = [stampOf(Math.min(...times), desk), stampOf(Math.max(...times), desk)];
  return oldest === newest ? newest : `${oldest} to ${newest}`;
}

/** What a broker has on a day without trading is of the day before. */
function stampOf(time: EpochMs, { day }: ControlDesk): string {
  return dayOf(time) === dayOf(day()) ? formatClock(time) : formatIst(time).slice(0, 19).replace('T', ' ');
}

function listOf(expiries: readonly string[]): string {
  const shown = expiries.slice(0, MOST_EXPIRIES).join(', ');
  return expiries.length > MOST_EXPIRIES ? `${shown} and later ones` : shown || 'there is none';
}
