import { expect, it } from 'vitest';
import { WATCH_COMMAND } from '../../../../../src/alerts/telegram/control/watch-command.ts';
import type { InstrumentId } from '../../../../../src/core/ids.ts';
import { startOfDay } from '../../../../../src/core/time.ts';
import type { Span, WatchedInstrument } from '../../../../../src/ports/account-views.ts';
import { buildDesk, textOf } from '../../../../support/build-desk.ts';
import { dayNumber, ist } from '../../../../support/fixed-calendar.ts';

const NOW = ist('2026-11-17', '11:32:05');

function watched(id: string, changes: Partial<WatchedInstrument> = {}): WatchedInstrument {
  const instrumentId = id as InstrumentId;
  return { ...{ instrumentId, lastPrice: 110, time: NOW, bid: null, ask: null, firstPrice: null }, ...changes };
}

it('says price, change on the day, spread and an age of more than a minute, as far as they are known', async () => {
  const spans: Span[] = [];
  const rows = [
    watched('NSE:M&M', { firstPrice: 100, bid: 109.95, ask: 110.05, time: NOW - 60_000 }),
    watched('NSE:INFY', { firstPrice: 120, time: NOW - 60_001 }),
    watched('NSE:TCS', { firstPrice: 110.0004, bid: 109.95 }),
    watched('CDS:USDINR:2026-11-26:FUT', { lastPrice: 84.1225, bid: 84.12, ask: 84.1225, time: NOW - 7_500_000 }),
    watched('NSE:WIPRO', { lastPrice: null, time: null }),
  ];
  const views = {
    watch: async (span: Span) => {
      spans.push(span);
      return rows;
    },
  };
  const reply = await WATCH_COMMAND.run([], buildDesk({ views }));
  expect(textOf(reply)).toBe(
    [
      'Watched: 5, 1 without a price',
      'M&M 110.00, +10%, spread 0.10',
      'INFY 110.00, -8.33%, 1 min old',
      'TCS 110.00, 0%',
      'USDINR 26 Nov 2026 FUT 84.1225, spread 0.0025, 2 h 5 min old',
      'WIPRO: no price yet',
    ].join('\n'),
  );
  const today = dayNumber('2026-11-17');
  expect(spans, 'one look at the books, of the day').toEqual([{ from: startOfDay(today), to: startOfDay(today + 1) }]);
  expect(reply).toMatchObject({ facts: rows });
});

it('says that nothing is watched, and takes nothing behind it', async () => {
  expect(textOf(await WATCH_COMMAND.run([], buildDesk()))).toBe('Watched: nothing');
  expect(textOf(await WATCH_COMMAND.run(['INFY'], buildDesk()))).toBe(
    'misread: expected nothing behind it, found "INFY"',
  );
});
