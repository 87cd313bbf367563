import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deedOf, type GttAsked, readGtt } from '../../../../../src/alerts/telegram/control/read-gtt.ts';

function read(text: string): GttAsked {
  return readGtt(text.split(' ').filter((word) => word !== ''));
}

function problemOf(text: string): string {
  const asked = read(text);
  return asked.deed === 'misread' ? asked.problem : `no problem: ${JSON.stringify(asked)}`;
}

describe('/gtt', () => {
  test('alone, and with "list", shows them', () => {
    expect([read(''), read('list'), read('LIST')]).toEqual([{ deed: 'list' }, { deed: 'list' }, { deed: 'list' }]);
    expect(problemOf('list all')).toBe('expected nothing behind "list", found "all"');
    expect(problemOf('delete g7k')).toBe('expected "list", "new", "modify" or "cancel", found "delete"');
  });

  test('new: one trigger, for a year unless said otherwise', () => {
    const wish = { instrument: 'RELIANCE', side: 'SELL', quantity: 10, days: 365 };
    const legs = { SINGLE: { triggerPrice: 1380, limitPrice: 1375.5 } };
    expect(read('new RELIANCE sell 10 trigger 1380 limit 1,375.50')).toEqual({ deed: 'new', wish: { ...wish, legs } });
    expect(read('NEW RELIANCE SELL 10 days 90 limit 1375.5 trigger 1380')).toEqual({
      deed: 'new',
      wish: { ...wish, days: 90, legs },
    });
  });

  test('new: a pair, on an instrument of many words', () => {
    expect(read('new NIFTY 24 Nov 2026 26000 CE buy 1,300 stop 110/112.05 target 80/81 days 5')).toEqual({
      deed: 'new',
      wish: {
        ...{ instrument: 'NIFTY 24 Nov 2026 26000 CE', side: 'BUY', quantity: 1300, days: 5 },
        legs: { STOP_LOSS: { triggerPrice: 110, limitPrice: 112.05 }, TARGET: { triggerPrice: 80, limitPrice: 81 } },
      },
    });
  });

  test.each([
    ['new', 'expected an instrument and "buy" or "sell", found ""'],
    ['new sell 10 trigger 1 limit 1', 'expected an instrument and "buy" or "sell", found "sell 10 trigger 1 limit 1"'],
    ['new RELIANCE 10 trigger 1 limit 1', 'expected an instrument and "buy" or "sell"'],
    ['new RELIANCE sell', 'expected units behind "sell", found ""'],
    ['new RELIANCE sell 0 trigger 1 limit 1', 'expected units behind "sell", found "0"'],
    ['new RELIANCE sell -5 trigger 1 limit 1', 'expected units behind "sell", found "-5"'],
    ['new RELIANCE sell 1.5 trigger 1 limit 1', 'expected units behind "sell", found "1.5"'],
    ['new RELIANCE sell 10', 'expected "trigger" and "limit", or "stop" and "target", found neither'],
    ['new RELIANCE sell 10 trigger 1380', 'or "stop" and "target", found trigger'],
    ['new RELIANCE sell 10 stop 1350/1345', 'or "stop" and "target", found stop'],
    ['new RELIANCE sell 10 trigger 1 limit 1 stop 2/2 target 3/3', 'found trigger, limit, stop, target'],
    ['new RELIANCE sell 10 trigger 1380 limit', 'expected a price such as 1380 or 1,380.50 behind "limit", found ""'],
    ['new RELIANCE sell 10 trigger 1380 limit 1e3', 'behind "limit", found "1e3"'],
    ['new RELIANCE sell 10 trigger 0 limit 1', 'behind "trigger", found "0"'],
    ['new RELIANCE sell 10 trigger 13,80 limit 1', 'behind "trigger", found "13,80"'],
    ['new RELIANCE sell 10 trigger 1 trigger 2 limit 1', 'expected "trigger" once, found it twice'],
    ['new RELIANCE sell 10 stop 1350 target 1450/1449', 'a trigger and a limit such as 1350/1345 behind "stop"'],
    ['new RELIANCE sell 10 stop 1350/1345/1 target 1450/1449', 'such as 1350/1345 behind "stop"'],
    ['new RELIANCE sell 10 trigger 1 limit 1 days 366', 'expected days, at most 365, behind "days", found "366"'],
    [
      'new RELIANCE sell 10 trigger 1 limit 1 day 30',
      'expected one of trigger, limit, stop, target, days, found "day"',
    ],
    ['new RELIANCE sell 10 trigger 1 limit 1 please', 'found "please"'],
    ['new RELIANCE sell 10 quantity 5 trigger 1 limit 1', 'found "quantity"'],
  ])('"%s" makes no wish', (text, problem) => {
    expect(problemOf(text)).toContain(problem);
    expect(read(text)).toMatchObject({ meant: 'new' });
  });

  test('modify: what is left out stays', () => {
    expect(read('modify g7k2m9 trigger 1370')).toEqual({
      ...{ deed: 'modify', idStart: 'g7k2m9' },
      change: { quantity: null, legs: { SINGLE: { triggerPrice: 1370 } } },
    });
    expect(read('modify g7k quantity 5 target 1450/1449')).toEqual({
      ...{ deed: 'modify', idStart: 'g7k' },
      change: { quantity: 5, legs: { TARGET: { triggerPrice: 1450, limitPrice: 1449 } } },
    });
    expect(problemOf('modify g7k')).toBe('expected what is to change, found nothing');
    expect(problemOf('modify g7k trigger 5 stop 4/4')).toContain('found some of both');
    expect(problemOf('modify G7K trigger 5')).toContain("expected the first letters of a rule's id");
    expect(problemOf('modify g7k days 5')).toContain('expected one of quantity, trigger, limit, stop, target');
  });

  test('cancel: one id and nothing else', () => {
    expect(read('cancel g7k2m9')).toEqual({ deed: 'cancel', idStart: 'g7k2m9' });
    for (const text of ['cancel', 'cancel g7', 'cancel g7k2m9 now', `cancel ${'g'.repeat(17)}`, "cancel g7k'--"]) {
      expect(problemOf(text), text).toContain("expected the first letters of a rule's id");
    }
  });
});

const price = fc.integer({ min: 1, max: 99_999_999 }).map((steps) => steps / 20);
const instrument = fc.constantFrom('RELIANCE', 'M&M', 'NSE:NIFTY 50', 'NIFTY 24 Nov 2026 26000 CE');
const clauses = fc.oneof(
  fc.record({ triggerPrice: price, limitPrice: price }).map((SINGLE) => ({ SINGLE })),
  fc.record({
    STOP_LOSS: fc.record({ triggerPrice: price, limitPrice: price }),
    TARGET: fc.record({ triggerPrice: price, limitPrice: price }),
  }),
);

test('every wish that is written is read as it is, whatever the order of its clauses', () => {
  fc.assert(
    fc.property(
      instrument,
      fc.constantFrom('BUY', 'SELL'),
      fc.integer({ min: 1, max: 999_999_999 }),
      fc.integer({ min: 1, max: 365 }),
      clauses,
      fc.boolean(),
      (name, side, quantity, days, legs, isTurned) => {
        const written =
          'SINGLE' in legs
            ? [`trigger ${legs.SINGLE.triggerPrice}`, `limit ${legs.SINGLE.limitPrice}`, `days ${days}`]
            : [
                `stop ${legs.STOP_LOSS.triggerPrice}/${legs.STOP_LOSS.limitPrice}`,
                `target ${legs.TARGET.triggerPrice}/${legs.TARGET.limitPrice}`,
                `days ${days}`,
              ];
        if (isTurned) written.reverse();
        expect(read(`new ${name} ${side.toLowerCase()} ${quantity} ${written.join(' ')}`)).toEqual({
          deed: 'new',
          wish: { instrument: name, side, quantity, days, legs },
        });
      },
    ),
  );
});

const word = fc.oneof(
  fc.constantFrom('new', 'modify', 'cancel', 'list', 'buy', 'sell', 'trigger', 'limit', 'stop', 'target', 'days'),
  fc.constantFrom('quantity', 'RELIANCE', '10', '1380', '1350/1345', '0', 'g7k2m9', '__proto__', 'constructor'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
);

test('any words are a wish in numbers that can be meant, or a problem; a change is never read as a look', () => {
  let wishes = 0;
  fc.assert(
    fc.property(fc.array(word, { maxLength: 14 }), (words) => {
      const asked = readGtt(words);
      if (asked.deed === 'list') expect(deedOf(words[0])).toBe('list');
      if (asked.deed !== 'new') return;
      wishes += 1;
      const { quantity, days, legs } = asked.wish;
      expect(Number.isSafeInteger(quantity) && quantity > 0 && days > 0 && days <= 365).toBe(true);
      expect(['SINGLE', 'STOP_LOSS,TARGET']).toContain(Object.keys(legs).join());
      for (const { triggerPrice, limitPrice } of Object.values(legs)) {
        expect(triggerPrice > 0 && limitPrice > 0).toBe(true);
      }
    }),
    { numRuns: 20_000, examples: [[['new', 'RELIANCE', 'buy', '10', 'stop', '1350/1345', 'target', '1350/1345']]] },
  );
  expect(wishes).toBeGreaterThan(0);
});
