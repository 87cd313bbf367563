import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SignalKey } from '../../../../src/core/ids.ts';
import { clientOrderId } from '../../../../src/engine/orders/client-order-id.ts';

const KEY = 'ema-5m|NSE:RELIANCE|5m|1785383100000|ENTRY' as SignalKey;
const SHAPE = /^[a-z0-9]{16}$/;

describe('a client order id', () => {
  it('is what it always was: changing an id is a breaking change', () => {
    expect(clientOrderId(KEY, 'entry')).toBe('8csw2kvvk9dtyw1z');
    expect(clientOrderId(KEY, 'stop/8csw2kvvk9dtyw1z-1')).toBe('1k6himm9demtgegm');
    expect(clientOrderId(KEY, 'entry', 1)).toBe('iuxgp6wasomfglak');
  });

  it('that would be all digits is made anew', () => {
    expect(clientOrderId(KEY, 'stop/1746352935'), 'found by search: the first try gives digits only').toBe(
      'olvpmaahkr0tpteg',
    );
  });

  it('is 16 lower-case base-36 characters with a letter among them, and the same for the same facts', () => {
    const facts = fc.tuple(fc.string(), fc.string(), fc.nat());
    fc.assert(
      fc.property(facts, ([key, leg, attempt]) => {
        const id = clientOrderId(key as SignalKey, leg, attempt);
        expect(id).toMatch(SHAPE);
        expect(id, 'a queue takes digits for a sequence number').toMatch(/[a-z]/);
        expect(clientOrderId(key as SignalKey, leg, attempt)).toBe(id);
      }),
      { numRuns: 2_000 },
    );
  });

  it('differs by signal, leg and attempt group', () => {
    const other = 'ema-5m|NSE:RELIANCE|5m|1785383100000|EXIT' as SignalKey;
    const ids = [
      clientOrderId(KEY, 'entry'),
      clientOrderId(other, 'entry'),
      clientOrderId(KEY, 'exit'),
      clientOrderId(KEY, 'entry/slice-1'),
      clientOrderId(KEY, 'entry', 1),
      clientOrderId(KEY, 'entry', 2),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is distinct over 200,000 orders', () => {
    const ids = new Set<string>();
    let digitsOnly = 0;
    for (let candle = 0; candle < 50_000; candle += 1) {
      const key = `ema-5m|NSE:RELIANCE|1m|${1_785_383_100_000 + candle * 60_000}|ENTRY` as SignalKey;
      for (const leg of ['entry', 'stop/1', 'target/1', 'exit']) {
        const id = clientOrderId(key, leg);
        ids.add(id);
        if (!/[a-z]/.test(id)) digitsOnly += 1;
      }
    }
    expect(ids.size).toBe(200_000);
    expect(digitsOnly).toBe(0);
  });
});
