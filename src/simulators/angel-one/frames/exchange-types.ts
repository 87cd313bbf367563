/** The stream's numbers of the exchange segments. */
const EXCHANGE_TYPES: ReadonlyMap<string, number> = new Map([
  ['NSE', 1],
  ['NFO', 2],
  ['BSE', 3],
  ['BFO', 4],
  ['MCX', 5],
  ['NCDEX', 7],
  ['CDS', 13],
]);

const SEGMENTS: ReadonlyMap<number, string> = new Map([...EXCHANGE_TYPES].map(([segment, type]) => [type, segment]));

export function exchangeTypeOf(segment: string): number | undefined {
  return EXCHANGE_TYPES.get(segment);
}

export function segmentOf(exchangeType: number): string | undefined {
  return SEGMENTS.get(exchangeType);
}
