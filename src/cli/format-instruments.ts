import type { ContractExpiry, FoundInstruments, StoredListing } from '../db/postgres-instruments.ts';

/** For `--json`: the instrument with the broker's names in it. */
export function describeListing({ instrument, segment, token, tradingSymbol, lastSeenDay }: StoredListing): object {
  return { ...instrument, brokerSegment: segment, brokerToken: token, tradingSymbol, lastSeenDay };
}

export function formatFound(query: string, { total, listings }: FoundInstruments): string {
  if (total === 0) return `No instrument has all words of "${query}": fewer words find more.`;
  const rows = listings.map(({ instrument: { id, kind, lotSize, tickSize }, tradingSymbol }) => [
    ...[id, kind.toLowerCase(), `lot ${lotSize}`, `tick ${tickSize}`, tradingSymbol],
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  if (total > listings.length) lines.push(`${total - listings.length} more: say more words, or --limit`);
  return lines.join('\n');
}

/** `listing` is null for a commodity or a currency, which is the name of its contracts alone. */
export function formatDetails(
  name: string,
  listing: StoredListing | null,
  expiries: readonly ContractExpiry[],
): string {
  const lines = listing ? detailsOf(listing) : [`${name.trim().toUpperCase()}: contracts only`];
  for (const { exchange, expiry, lotSize, hasFuture, options } of expiries) {
    const contracts = [hasFuture ? 'future' : '', options > 0 ? `${options} options` : ''].filter(
      (word) => word !== '',
    );
    lines.push(`  ${exchange} ${expiry}: ${contracts.join(', ')}, lot ${lotSize}`);
  }
  return lines.join('\n');
}

function detailsOf({ instrument, segment, token, tradingSymbol, lastSeenDay }: StoredListing): string[] {
  const { id, kind, tickSize, lotSize, freezeQuantity, expiry, strike, optionType, underlying } = instrument;
  const contract = [
    expiry && `expires ${expiry}`,
    strike && `strike ${strike} ${optionType}`,
    underlying && `of ${underlying}`,
  ];
  const lines = [
    `${id}: ${[kind.toLowerCase(), ...contract.filter((word) => word)].join(', ')}`,
    `  tick ${tickSize}, lot ${lotSize}${freezeQuantity === null ? '' : `, at most ${freezeQuantity} in one order`}`,
    `  at the broker: ${tradingSymbol}, token ${token} of ${segment}`,
  ];
  if (lastSeenDay !== null) lines.push(`  no longer listed; the last list that had it was of ${lastSeenDay}`);
  return lines;
}
