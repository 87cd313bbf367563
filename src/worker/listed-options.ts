import { idsNamed } from '../core/index-names.ts';
import type { Instrument } from '../core/instrument.ts';
import type { OptionList } from '../ports/option-list.ts';

/** The options among the instruments that a worker lists, where there is no broker's list to look into. */
export function listedOptions(instruments: readonly Instrument[]): OptionList {
  const options = instruments.filter(({ kind }) => kind === 'OPTION');
  return {
    async underlying(name) {
      const ids = idsNamed(name);
      const symbol = name.trim().toUpperCase();
      const first =
        options.find(({ underlying }) => underlying !== null && ids.includes(underlying)) ??
        options.find((each) => each.symbol.toUpperCase() === symbol);
      if (first === undefined) return undefined;
      const own = options.filter((each) => each.exchange === first.exchange && each.symbol === first.symbol);
      const expiries = [...new Set(own.flatMap(({ expiry }) => expiry ?? []))].sort();
      return { exchange: first.exchange, symbol: first.symbol, instrumentId: first.underlying, expiries };
    },
    async contracts({ exchange, symbol }, expiry) {
      return options
        .filter((each) => each.exchange === exchange && each.symbol === symbol && each.expiry === expiry)
        .flatMap(({ id, strike, optionType }) =>
          strike === null || optionType === null ? [] : [{ instrumentId: id, strike, optionType }],
        )
        .sort((a, b) => a.strike - b.strike);
    },
  };
}
