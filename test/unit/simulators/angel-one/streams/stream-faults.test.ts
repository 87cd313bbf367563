import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../../src/simulation/random.ts';
import { spoilFrame } from '../../../../../src/simulators/angel-one/streams/spoil-frame.ts';
import {
  type Drop,
  type FaultyConnection,
  StreamFaults,
  type StreamName,
} from '../../../../../src/simulators/angel-one/streams/stream-faults.ts';

class Connection implements FaultyConnection {
  readonly id: number;
  readonly stream: StreamName;
  readonly story: string[] = [];

  constructor(id: number, stream: StreamName) {
    this.id = id;
    this.stream = stream;
  }

  drop(how: Drop): void {
    this.story.push(how);
  }

  halfOpen(): void {
    this.story.push('half-open');
  }
}

function three(seed?: string) {
  const faults = new StreamFaults(seed);
  const connections = [new Connection(1, 'market'), new Connection(2, 'market'), new Connection(3, 'orders')] as const;
  for (const each of connections) faults.opened(each);
  return { faults, connections };
}

describe('faults of streams', () => {
  it('hit what they are aimed at', () => {
    const { faults, connections } = three();
    const [one, two, three_] = connections;
    expect(faults.drop('reset', { stream: 'orders' })).toBe(1);
    expect(faults.drop('abrupt', { connection: 2 })).toBe(1);
    expect(faults.halfOpen({ connection: 2, stream: 'orders' })).toBe(0);
    faults.closed(two);
    expect(faults.drop('close-frame')).toBe(2);
    expect(connections.map(({ story }) => story)).toEqual([['close-frame'], ['abrupt'], ['reset', 'close-frame']]);
    expect([one, three_].map(({ id }) => id)).toEqual([1, 3]);
  });

  it('pick the same connection with the same seed, and none when there is none', () => {
    const picked = (seed: string): string => {
      const { faults, connections } = three(seed);
      expect(faults.drop('reset', { connection: 'any' })).toBe(1);
      return connections.map(({ story }) => story.length).join('');
    };
    expect(picked('a')).toBe(picked('a'));
    expect(new Set(['a', 'b', 'c', 'd', 'e', 'f'].map(picked)).size).toBeGreaterThan(1);
    expect(new StreamFaults().drop('reset', { connection: 'any' })).toBe(0);
  });

  it('spoil so many frames, so often, in the order in which they were made, until they are lifted', () => {
    const { faults, connections } = three();
    const [market, , orders] = connections;
    const kinds = (of: FaultyConnection, frames: number) =>
      Array.from({ length: frames }, () => faults.next(of)?.kind ?? '-').join(' ');
    faults.spoil({ kind: 'lose', count: 2, stream: 'market' });
    const lift = faults.spoil({ kind: 'duplicate' });
    expect(kinds(market, 4)).toBe('lose lose duplicate duplicate');
    expect(kinds(orders, 1)).toBe('duplicate');
    lift();
    expect(kinds(market, 2)).toBe('- -');
    faults.spoil({ kind: 'corrupt', percent: 30 });
    const often = kinds(market, 1_000).split('corrupt').length - 1;
    expect(often).toBeGreaterThan(200);
    expect(often).toBeLessThan(400);
    faults.clear();
    expect(kinds(market, 1)).toBe('-');
  });

  it('refuse the next upgrades of one stream, or all while the broker is down', () => {
    const { faults, connections } = three();
    faults.refuseNext('market', { status: 401, message: 'Invalid Feed Token' }, 2);
    expect(faults.refusalOf('orders')).toBeUndefined();
    expect([1, 2, 3].map(() => faults.refusalOf('market')?.status)).toEqual([401, 401, undefined]);
    faults.goDown('abrupt');
    expect(connections.every(({ story }) => story.join() === 'abrupt')).toBe(true);
    expect([faults.refusalOf('market')?.status, faults.refusalOf('orders')?.status]).toEqual([503, 503]);
    faults.comeUp();
    expect(faults.refusalOf('market')).toBeUndefined();
  });

  it('hold back and delay while they last; the longest delay counts', () => {
    const { faults, connections } = three();
    const [market, , orders] = connections;
    const goOn = faults.swallow({ stream: 'market' });
    expect([faults.swallows(market), faults.swallows(orders)]).toEqual([true, false]);
    goOn();
    expect(faults.swallows(market)).toBe(false);
    faults.delay(50);
    const shorter = faults.delay(200, { connection: 1 });
    expect([faults.delayMs(market), faults.delayMs(orders)]).toEqual([200, 50]);
    shorter();
    expect(faults.delayMs(market)).toBe(50);
  });
});

describe('a spoiled frame', () => {
  const frame = Buffer.from('{"orderid":"1"}');
  const random = () => createRandom('spoil');

  it('is a copy: what is shared stays whole', () => {
    const before = Buffer.from(frame);
    for (const kind of ['corrupt', 'truncate', 'lengthen'] as const) {
      const spoiled = spoilFrame({ kind }, frame, true, random());
      expect(spoiled.equals(frame), kind).toBe(false);
      expect(frame.equals(before), kind).toBe(true);
    }
    for (const kind of ['duplicate', 'reorder', 'lose'] as const) {
      expect(spoilFrame({ kind }, frame, true, random())).toBe(frame);
    }
  });

  it('is changed where it is asked for, and survives an offset beyond its end', () => {
    for (let at = 0; at < frame.length; at += 1) {
      const spoiled = spoilFrame({ kind: 'corrupt', at }, frame, true, random());
      const changed = [...spoiled].flatMap((byte, i) => (byte === frame[i] ? [] : [i]));
      expect(changed).toEqual([at]);
      expect(spoilFrame({ kind: 'truncate', at }, frame, true, random()).length).toBe(at);
    }
    expect(spoilFrame({ kind: 'corrupt', at: 99 }, frame, true, random()).equals(frame)).toBe(true);
  });

  it('of text stays text', () => {
    const words = Buffer.from('{"text":"₹ 1"}');
    for (let at = 0; at < words.length; at += 1) {
      const spoiled = spoilFrame({ kind: 'corrupt', at }, words, false, random());
      expect(Buffer.from(spoiled.toString('utf8')).equals(spoiled)).toBe(true);
    }
    const longer = spoilFrame({ kind: 'lengthen' }, words, false, random());
    expect(longer.toString('utf8')).toMatch(/^\{"text":"₹ 1"\}x+$/);
  });
});
