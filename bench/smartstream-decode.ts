import { createRequire } from 'node:module';
import { z } from 'zod';
import { FrameDecoder } from '../src/brokers/angel-one/stream/decode-frame.ts';
import { type ListedInstrument, TokenBook } from '../src/brokers/angel-one/token-book.ts';
import type { InstrumentId } from '../src/core/ids.ts';
import type { Instrument } from '../src/core/instrument.ts';

const TOKENS = 3_000;
/** Twenty packets of each token are decoded over and over: 23 MB, more than the caches of a core hold. */
const PACKETS_PER_TOKEN = 20;
const DECODED = 1_000_000;
/** The peer needs some 100 microseconds a packet. */
const PEER_DECODED = 10_000;
const SNAP_QUOTE_BYTES = 379;
const START = Date.UTC(2026, 7, 17, 4, 0);

/**
 * SNAP_QUOTE packets to ticks with their instruments. The peer is the broker's own JavaScript SDK on the same packets:
 * - `peer`: its `lib/websocket2.0.js` as it ships. It exports no parser, so its class is given a socket that only hands
 *   packets to its `onmessage`: what is measured is that handler (which builds and compiles its parsers anew for each
 *   packet) down to the `tick` callback, without any network. It gives text fields and no instrument.
 * - `peer_parser_once`: the same layout and formatters in the SDK's parser library, compiled once: what the SDK would
 *   reach if it kept its parser.
 */
export const bench = {
  name: 'smartstream_decode',
  async run(): Promise<Record<string, number>> {
    const listed = Array.from({ length: TOKENS }, (_, i) => listing(i));
    const packets = makePackets(listed);
    const decoder = new FrameDecoder(new TokenBook(listed));
    return {
      smartstream_decode_per_s: best(5, () => decodeAll(decoder, packets)),
      smartstream_decode_peer_per_s: best(2, () => runPeer(packets)),
      smartstream_decode_peer_parser_once_per_s: best(2, () => runPeerParserOnce(packets)),
    };
  },
};

function decodeAll(decoder: FrameDecoder, packets: readonly Buffer[]): number {
  const before = decoder.decoded;
  let sum = 0;
  const started = performance.now();
  for (let done = 0; done < DECODED; ) {
    for (let i = 0; i < packets.length && done < DECODED; i++, done++) {
      const packet = packets[i];
      const tick = packet && decoder.decode(packet);
      if (tick) sum += tick.lastPrice + (tick.bid ?? 0) + (tick.ask ?? 0) + tick.volume;
    }
  }
  const seconds = (performance.now() - started) / 1_000;
  if (decoder.decoded - before !== DECODED || !(sum > 0)) {
    throw new Error(`Expected ${DECODED} ticks, found ${decoder.decoded - before}`);
  }
  return DECODED / seconds;
}

const requireFrom = createRequire(import.meta.url);
const sdkFile = requireFrom.resolve('smartapi-javascript/lib/websocket2.0.js');
const requireOfSdk = createRequire(sdkFile);

interface SdkSocket {
  onopen?: () => void;
  onmessage?: (event: { readonly data: Buffer }) => void;
}
interface SdkClient {
  connect(): Promise<void>;
  on(event: 'tick', listener: (tick: unknown) => void): void;
  close(): void;
}

function runPeer(packets: readonly Buffer[]): number {
  let socket: SdkSocket | undefined;
  class PacketSource implements SdkSocket {
    onopen?: () => void;
    onmessage?: (event: { readonly data: Buffer }) => void;
    constructor() {
      socket = this;
    }
    send(): void {}
    close(): void {}
  }
  const wsFile = requireOfSdk.resolve('ws');
  requireOfSdk('ws');
  const wsModule = requireOfSdk.cache[wsFile];
  if (!wsModule) throw new Error('Expected the package "ws" to be loaded');
  const realSocket: unknown = wsModule.exports;
  wsModule.exports = PacketSource;
  delete requireOfSdk.cache[sdkFile];
  const Client = z
    .custom<new (options: object) => SdkClient>((it) => typeof it === 'function')
    .parse(requireOfSdk(sdkFile));
  wsModule.exports = realSocket;

  const client = new Client({ clientcode: 'X', jwttoken: 'x', apikey: 'x', feedtype: 'x' });
  let ticks = 0;
  client.on('tick', () => ticks++);
  void client.connect();
  const { onmessage } = socket ?? {};
  if (!onmessage) throw new Error('Expected the SDK to listen for messages');
  const started = performance.now();
  for (let i = 0; i < PEER_DECODED; i++) onmessage({ data: packets[i % packets.length] ?? Buffer.alloc(0) });
  const seconds = (performance.now() - started) / 1_000;
  client.close();
  if (ticks !== PEER_DECODED) throw new Error(`Expected ${PEER_DECODED} ticks of the SDK, found ${ticks}`);
  return PEER_DECODED / seconds;
}

const PEER_LONGS_BEFORE = ['last_traded_quantity', 'avg_traded_price', 'vol_traded'];
const PEER_LONGS_AFTER = ['open_price_day', 'high_price_day', 'low_price_day', 'close_price'];
const PEER_LONGS_LAST = ['upper_circuit', 'lower_circuit', 'fiftytwo_week_high', 'fiftytwo_week_low'];

function runPeerParserOnce(packets: readonly Buffer[]): number {
  const parser = peerParser();
  let parsed = 0;
  const started = performance.now();
  for (let i = 0; i < PEER_DECODED * 10; i++) {
    if (parser.parse(Buffer.from(packets[i % packets.length] ?? Buffer.alloc(0)))) parsed++;
  }
  return parsed / ((performance.now() - started) / 1_000);
}

interface PeerParser {
  endianness(order: 'little'): PeerParser;
  uint8(name: string, options: object): PeerParser;
  int16(name: string, options: object): PeerParser;
  int64(name: string, options: object): PeerParser;
  uint64(name: string, options: object): PeerParser;
  doublele(name: string, options: object): PeerParser;
  array(name: string, options: object): PeerParser;
  parse(packet: Buffer): unknown;
}

function peerParser(): PeerParser {
  const { Parser } = z
    .object({ Parser: z.custom<new () => PeerParser>((it) => typeof it === 'function') })
    .parse(requireOfSdk('binary-parser'));
  const text = { formatter: (value: number | bigint) => value.toString() };
  const level = new Parser()
    .endianness('little')
    .int16('flag', text)
    .int64('quantity', text)
    .int64('price', text)
    .int16('no_of_orders', text);
  let packet = new Parser()
    .endianness('little')
    .uint8('subscription_mode', text)
    .uint8('exchange_type', text)
    .array('token', { type: 'int8', length: 25, formatter: tokenText });
  for (const name of ['sequence_number', 'exchange_timestamp', 'last_traded_price']) packet = packet.uint64(name, text);
  for (const name of PEER_LONGS_BEFORE) packet = packet.int64(name, text);
  packet = packet.doublele('total_buy_quantity', text).doublele('total_sell_quantity', text);
  for (const name of PEER_LONGS_AFTER) packet = packet.int64(name, text);
  packet = packet
    .int64('last_traded_timestamp', text)
    .int64('open_interest', text)
    .doublele('open_interest_change', text)
    .array('best_5_buy_data', { type: level, lengthInBytes: 100 })
    .array('best_5_sell_data', { type: level, lengthInBytes: 100 });
  for (const name of PEER_LONGS_LAST) packet = packet.int64(name, text);
  return packet;
}

/** As the SDK does it, quotation marks included. */
function tokenText(bytes: readonly number[]): string {
  return JSON.stringify(bytes.map((byte) => String.fromCharCode(byte)).join('')).replaceAll('\\u0000', '');
}

/** Four in five are options, the rest shares; tokens as the exchange numbers them. */
function listing(index: number): ListedInstrument {
  const isShare = index % 5 === 0;
  const token = String(isShare ? 1_000 + index : 35_000 + index * 7);
  const instrument: Instrument = {
    id: `${isShare ? 'NSE' : 'NFO'}:TEST${index}` as InstrumentId,
    exchange: isShare ? 'NSE' : 'NFO',
    symbol: `TEST${index}`,
    name: `Test ${index}`,
    kind: isShare ? 'EQUITY' : 'OPTION',
    tickSize: 0.05,
    lotSize: isShare ? 1 : 75,
    freezeQuantity: null,
    expiry: null,
    strike: null,
    optionType: null,
    underlying: null,
    hasDerivatives: false,
  };
  return { instrument, segment: isShare ? 'NSE' : 'NFO', token, tradingSymbol: `TEST${index}` };
}

/** Interleaved as a stream brings them. */
function makePackets(listed: readonly ListedInstrument[]): readonly Buffer[] {
  return Array.from({ length: TOKENS * PACKETS_PER_TOKEN }, (_, i) => {
    const each = listed[i % TOKENS];
    if (!each) throw new Error('Expected a listing');
    return snapQuote(each, i);
  });
}

function snapQuote({ segment, token }: ListedInstrument, i: number): Buffer {
  const packet = Buffer.alloc(SNAP_QUOTE_BYTES);
  packet.writeUInt8(3, 0);
  packet.writeUInt8(segment === 'NSE' ? 1 : 2, 1);
  packet.write(token, 2, 'ascii');
  const price = 10_005 + ((i * 7) % 400) * 5;
  const longs = [27, 35, 43, 51, 59, 67, 91, 99, 107, 115, 123, 131, 347, 355, 363, 371];
  const values = [
    i + 1,
    START + i,
    price,
    75,
    price,
    i * 25,
    price,
    price,
    price,
    price,
    START / 1_000,
    i * 75,
    price * 2,
    5,
    price,
    price,
  ];
  for (const [at, offset] of longs.entries()) packet.writeBigInt64LE(BigInt(values[at] ?? 0), offset);
  packet.writeDoubleLE(250_417, 75);
  packet.writeDoubleLE(301_992, 83);
  for (let level = 0; level < 10; level++) {
    const at = 147 + level * 20;
    const isBuy = level < 5;
    packet.writeInt16LE(isBuy ? 1 : 0, at);
    packet.writeBigInt64LE(BigInt(75 * (level + 1)), at + 2);
    packet.writeBigInt64LE(BigInt(isBuy ? price - 5 * level : price + 5 * (level - 4)), at + 10);
    packet.writeInt16LE(level + 1, at + 18);
  }
  return packet;
}

function best(runs: number, measure: () => number): number {
  let highest = 0;
  for (let i = 0; i < runs; i++) highest = Math.max(highest, measure());
  return Math.round(highest);
}
