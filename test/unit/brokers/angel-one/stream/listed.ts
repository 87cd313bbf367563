import type { ListedInstrument, Segment } from '../../../../../src/brokers/angel-one/token-book.ts';
import type { InstrumentId } from '../../../../../src/core/ids.ts';
import type { InstrumentKind } from '../../../../../src/core/instrument.ts';

/** An instrument under Angel One's names; `NSE:1594` is the id of token 1594 in NSE. */
export function listed(segment: Segment, token: string, kind: InstrumentKind = 'EQUITY'): ListedInstrument {
  return {
    segment,
    token,
    tradingSymbol: `SYMBOL${token}`,
    instrument: {
      id: `${segment}:${token}` as InstrumentId,
      exchange: segment,
      symbol: `SYMBOL${token}`,
      name: `Symbol ${token}`,
      kind,
      tickSize: 0.05,
      lotSize: 1,
      freezeQuantity: null,
      expiry: null,
      strike: null,
      optionType: null,
      underlying: null,
      hasDerivatives: false,
    },
  };
}

export function idOf(segment: Segment, token: string): InstrumentId {
  return `${segment}:${token}` as InstrumentId;
}

export interface FrameLevel {
  readonly flag: number;
  readonly price: number;
  readonly quantity?: number;
}

export interface FrameFields {
  readonly mode: number;
  readonly exchangeType: number;
  readonly token: string;
  readonly sequence?: bigint | number;
  readonly time?: bigint | number;
  readonly price?: bigint | number;
  readonly volume?: bigint | number;
  readonly openInterest?: bigint | number;
  readonly levels?: readonly FrameLevel[];
}

const BYTES: Readonly<Record<number, number>> = { 1: 51, 2: 123, 3: 379, 4: 443 };
export const FRAME_TIME = 1_786_939_215_250;

/** A packet written from the protocol's table with Node's own integer writers. */
export function frameOf(fields: FrameFields): Buffer {
  const { mode, exchangeType, token, sequence = 1, time = FRAME_TIME, price = 152_345 } = fields;
  const packet = Buffer.alloc(BYTES[mode] ?? 379);
  packet.writeUInt8(mode, 0);
  packet.writeUInt8(exchangeType, 1);
  packet.write(token, 2, 25, 'latin1');
  packet.writeBigInt64LE(BigInt(sequence), 27);
  packet.writeBigInt64LE(BigInt(time), 35);
  packet.writeBigInt64LE(BigInt(price), 43);
  if (mode >= 2) packet.writeBigInt64LE(BigInt(fields.volume ?? 0), 67);
  if (mode >= 3) {
    packet.writeBigInt64LE(BigInt(fields.openInterest ?? 0), 131);
    for (const [i, level] of (fields.levels ?? []).entries()) {
      packet.writeInt16LE(level.flag, 147 + i * 20);
      packet.writeBigInt64LE(BigInt(level.quantity ?? 1), 149 + i * 20);
      packet.writeBigInt64LE(BigInt(level.price), 157 + i * 20);
      packet.writeInt16LE(1, 165 + i * 20);
    }
  }
  return packet;
}
