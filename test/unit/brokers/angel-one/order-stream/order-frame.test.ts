import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseOrderFrame } from '../../../../../src/brokers/angel-one/order-stream/order-frame.ts';
import { wireFrame } from './wire-frame.ts';

const statusOf = (code: string, data: Readonly<Record<string, unknown>>) => {
  const parsed = parseOrderFrame(wireFrame(code, data));
  return parsed.kind === 'order' ? parsed.frame.status : parsed.kind;
};

describe('parseOrderFrame', () => {
  it('reads the frame that the protocol shows', () => {
    expect(parseOrderFrame(wireFrame('AB05'))).toEqual({
      kind: 'order',
      frame: {
        code: 'AB05',
        orderId: '260817000123456',
        tag: 'b7k2m9q4x1c8v5n3',
        status: 'FILLED',
        filled: 7,
        text: '',
        stamp: '17-Aug-2026 09:30:18',
      },
    });
  });

  it('takes the first frame of a connection for what it is', () => {
    const blank = { orderid: '', ordertag: '', status: '', orderstatus: '', price: 0, filledshares: '', quantity: '' };
    expect(parseOrderFrame(wireFrame('AB00', blank))).toEqual({ kind: 'greeting' });
    expect(parseOrderFrame('{"order-status":"AB00","error-message":"","orderData":null}')).toEqual({
      kind: 'greeting',
    });
  });

  it('believes the order more than the code', () => {
    expect(statusOf('AB00', { status: 'rejected', orderstatus: 'rejected' })).toBe('REJECTED');
    expect(statusOf('AB05', { status: 'modified', orderstatus: 'trigger pending' })).toBe('ACCEPTED');
    expect(statusOf('AB03', { status: '', orderstatus: 'Cancel Pending ' })).toBe('PENDING_CANCEL');
  });

  it.each([
    ['AB01', 'ACCEPTED'],
    ['AB02', 'CANCELED'],
    ['AB03', 'REJECTED'],
    ['AB04', 'ACCEPTED'],
    ['AB05', 'FILLED'],
    ['AB06', 'ACCEPTED'],
    ['AB07', 'CANCELED'],
    ['AB08', 'ACCEPTED'],
    ['AB09', 'SUBMITTED'],
    ['AB10', 'ACCEPTED'],
    ['AB11', 'ACCEPTED'],
    ['AB99', 'ACCEPTED'],
  ])('goes by the code %s when the order says nothing', (code, status) => {
    expect(statusOf(code, { status: '', orderstatus: '' })).toBe(status);
  });

  it('tells a blank sum of fills from zero', () => {
    for (const [filledshares, filled] of [
      ['', null],
      [null, null],
      [undefined, null],
      ['0', 0],
      [0, 0],
      [' 3 ', 3],
    ]) {
      expect(parseOrderFrame(wireFrame('AB02', { filledshares }))).toMatchObject({ frame: { filled } });
    }
  });

  it('takes numbers for texts and texts for numbers', () => {
    expect(
      parseOrderFrame(wireFrame('AB05', { orderid: 260_817_000_123_456, price: '1523.45', averageprice: '' })),
    ).toMatchObject({
      frame: { orderId: '260817000123456' },
    });
  });

  it.each([
    'hello',
    '',
    '[]',
    'null',
    '7',
    '{"order-status":"AB05"}',
    wireFrame('AB05', { orderid: '' }),
    wireFrame('AB05', { filledshares: 'many' }),
    wireFrame('AB05', { orderid: {} }),
  ])('calls malformed what it can not read: %#', (text) => {
    expect(parseOrderFrame(text).kind).toBe('malformed');
  });

  it('never throws and says nothing at length', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc
            .dictionary(fc.constantFrom('orderid', 'status', 'filledshares', 'ordertag', 'text'), fc.jsonValue())
            .map((data) => wireFrame('AB01', data)),
        ),
        (text) => {
          const parsed = parseOrderFrame(text);
          if (parsed.kind === 'malformed') expect(parsed.problem.length).toBeLessThanOrEqual(160);
        },
      ),
    );
  });
});
