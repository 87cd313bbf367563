import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SubscriptionBook } from '../../../../../src/brokers/angel-one/stream/subscription-book.ts';
import type { ListedInstrument } from '../../../../../src/brokers/angel-one/token-book.ts';
import { idOf, listed } from './listed.ts';

const shares = (count: number) => Array.from({ length: count }, (_, i) => listed('NSE', String(i + 1)));
const idsOf = (each: readonly ListedInstrument[]) => each.map(({ instrument }) => instrument.id);

describe('SubscriptionBook', () => {
  it('writes requests as the broker reads them: one mode each, grouped by exchange type', () => {
    const book = new SubscriptionBook();
    book.want([
      listed('NSE', '1594'),
      listed('NFO', '54321', 'OPTION'),
      listed('NSE', '99926000', 'INDEX'),
      listed('NSE', '2885'),
    ]);
    expect(book.requests(0).map(({ text }) => JSON.parse(text))).toEqual([
      {
        correlationID: '0000000001',
        action: 1,
        params: { mode: 1, tokenList: [{ exchangeType: 1, tokens: ['99926000'] }] },
      },
      {
        correlationID: '0000000002',
        action: 1,
        params: {
          mode: 3,
          tokenList: [
            { exchangeType: 1, tokens: ['1594', '2885'] },
            { exchangeType: 2, tokens: ['54321'] },
          ],
        },
      },
    ]);
  });

  it('asks for nothing twice', () => {
    const book = new SubscriptionBook();
    book.want(shares(5));
    expect(book.requests(0).length).toBe(1);
    book.want(shares(5));
    expect(book.requests(0)).toEqual([]);
    book.want(shares(6));
    expect(book.requests(0).map(({ instrumentIds }) => instrumentIds)).toEqual([['NSE:6']]);
  });

  it('asks for all again after its link went', () => {
    const book = new SubscriptionBook();
    book.want(shares(5));
    book.requests(0);
    book.forget(0);
    expect(book.requests(0).flatMap(({ instrumentIds }) => instrumentIds)).toEqual(idsOf(shares(5)));
  });

  it('never unsubscribes what was never told', () => {
    const book = new SubscriptionBook();
    book.want(shares(5));
    book.drop([idOf('NSE', '1')]);
    expect(book.requests(0).map(({ isSubscribe, instrumentIds }) => [isSubscribe, instrumentIds.length])).toEqual([
      [true, 4],
    ]);
    book.drop([idOf('NSE', '2'), idOf('NSE', 'NONE')]);
    book.want([listed('NSE', '9')]);
    expect(
      book.requests(0).map(({ isSubscribe }) => isSubscribe),
      'room is made before it is taken',
    ).toEqual([false, true]);
  });

  it('cuts requests to size and fills 3 connections of 1,000', () => {
    const book = new SubscriptionBook();
    const homeless = book.want(shares(3_001));
    expect(homeless).toEqual(['NSE:3001']);
    for (const shard of [0, 1, 2]) {
      expect(book.requests(shard).map(({ instrumentIds }) => instrumentIds.length)).toEqual([250, 250, 250, 250]);
    }
    book.drop([idOf('NSE', '1500')]);
    expect(book.want([listed('NSE', '3001')])).toEqual([]);
    expect(book.wants(1, idOf('NSE', '3001'))).toBe(true);
  });

  it('moves what was refused to connections with room', () => {
    const book = new SubscriptionBook({ connections: 2, tokensPerConnection: 4, tokensPerRequest: 2 });
    book.want(shares(4));
    const [, second] = book.requests(0);
    if (!second) throw new Error('Expected two requests');
    expect(book.requestOf(0, second.correlationId)).toBe(second);
    expect(book.requestOf(0, undefined)).toBe(second);
    expect(book.shed(0, second)).toEqual([]);
    expect(book.wantedOn(0)).toEqual(['NSE:1', 'NSE:2']);
    expect(book.wantedOn(1)).toEqual(['NSE:3', 'NSE:4']);
    expect(book.want(shares(7)), 'the first connection takes no more than it was told').toEqual(['NSE:7']);
  });

  it('keeps every connection within its room and told exactly what is wanted, whatever happens', () => {
    const token = fc.integer({ min: 1, max: 30 });
    const step = fc.oneof(
      fc.record({ kind: fc.constant('want' as const), tokens: fc.array(token, { maxLength: 10 }) }),
      fc.record({ kind: fc.constant('drop' as const), tokens: fc.array(token, { maxLength: 10 }) }),
      fc.record({ kind: fc.constant('tell' as const), tokens: fc.constant<number[]>([]) }),
      fc.record({ kind: fc.constant('forget' as const), tokens: fc.array(fc.nat(2), { minLength: 1, maxLength: 1 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const book = new SubscriptionBook({ connections: 3, tokensPerConnection: 6, tokensPerRequest: 4 });
        const wanted = new Set<string>();
        const server = [new Set<string>(), new Set<string>(), new Set<string>()];
        const tell = () => {
          for (const [shard, has] of server.entries()) {
            for (const { isSubscribe, instrumentIds } of book.requests(shard)) {
              for (const id of instrumentIds) {
                expect(has.has(id)).toBe(!isSubscribe);
                if (isSubscribe) has.add(id);
                else has.delete(id);
              }
              expect(has.size).toBeLessThanOrEqual(6);
            }
          }
        };
        for (const { kind, tokens } of steps) {
          const each = tokens.map((n) => listed('NSE', String(n)));
          if (kind === 'want') {
            const homeless = new Set(book.want(each));
            for (const id of idsOf(each)) if (!homeless.has(id)) wanted.add(id);
          } else if (kind === 'drop') {
            book.drop(idsOf(each));
            for (const id of idsOf(each)) wanted.delete(id);
          } else if (kind === 'forget') {
            book.forget(tokens[0] ?? 0);
            server[tokens[0] ?? 0]?.clear();
          } else tell();
        }
        tell();
        expect(server.flatMap((has) => [...has]).sort()).toEqual([...wanted].sort());
      }),
    );
  });
});
