import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { PostgresCandleStore } from '../../src/db/postgres-candle-store.ts';
import { INFY } from '../support/angel-one-simulator.ts';
import { GROUP, OPERATOR, OWNER, PATIENCE, STRANGER, VIEWER } from '../support/bot-person.ts';
import { openControlledWorker } from '../support/controlled-worker.ts';
import { SWING } from '../support/rule-worker.ts';

it('answers what people look at, from the books, and each role gets what it may', { timeout: 120_000 }, async () => {
  const { server, database, buy, print, start, person } = await openControlledWorker();
  await buy({ stopLoss: 1_450, target: 1_600 });
  start();
  await print(1_510);
  const viewer = person(VIEWER);
  expect(await viewer.ask('/status')).toMatch(
    /^<b>Live account live_rules, version \d+\.\d+\.\d+, up \d+ s<\/b>\nentries: allowed\n/,
  );
  await expect
    .poll(() => viewer.ask('/positions'), PATIENCE)
    .toMatch(/^<b>Positions: 1<\/b>\nINFY \+5 at 1,500\.00, last 1,510\.00, \+₹50\.00, .*\(swing, delivery, since /);
  const orders = await viewer.ask('/orders today');
  expect(orders).toMatch(/ e7k2m9 Order to buy 5 INFY at 1,500\.00 is filled at 1,500\.00 \(entry\)/);
  expect(await viewer.ask('/order e7k2m9')).toContain('order e7k2m9q4x1c8v5n3, at the broker ');
  expect(await viewer.ask('/signals 5 swing')).toMatch(
    /^<b>Signals: 1<\/b>\n.* Signal: buy 5 INFY at 1,500\.00, stop 1,450\.00, target 1,600\.00/,
  );
  expect(await viewer.ask('/trades')).toBe('<b>Trades, day: none</b>');
  expect(await viewer.ask('/pnl week')).toBe(
    '<b>This week: no trade closed</b>\nopen positions: +₹50.00 at the latest prices',
  );
  expect(await viewer.ask('/strategies')).toBe('<b>Strategies</b>\nswing: on\nentries: allowed');
  expect(await viewer.ask('/health')).toMatch(/ok Telegram: last heard \d\d:\d\d:\d\d/);
  const store = new PostgresCandleStore(database, (error) => expect.unreachable(String(error)));
  const opened = Math.floor(Date.now() / 60_000) * 60_000 - 60 * 60_000;
  const minute = (index: number) => {
    const open = 1_500 + index;
    const prices = { open, high: open + 2, low: open - 1, close: open + 1, volume: 100, openInterest: null };
    const name = { instrumentId: INFY.id, timeframe: '1m', openTime: opened + index * 60_000 } as const;
    return { ...name, ...prices, provenance: 'live' } as const;
  };
  await store.append([...Array(20).keys()].map(minute));
  await store.flush();
  expect(await viewer.ask('/chart infy 1m')).toBe('<b>INFY 1m</b>');
  expect(await viewer.ask('/quote INFY')).toMatch(/^<b>Quote: INFY<\/b>\nINFY 1,510\.00 at \d\d:\d\d:\d\d, /);
  expect(await viewer.ask('/limits')).toContain('\nintraday positions are closed ');
  expect(await viewer.ask('/funds')).toMatch(/^<b>Funds<\/b>\nequity: ₹10,00,\d{3}\.\d\d, /);
  expect(await viewer.ask('/holdings')).toMatch(/^<b>Holdings/);
  expect(await viewer.ask('/gtt')).toMatch(/^<b>GTT rules<\/b>\n[0-9a-z]{6} sell INFY: 5 at /);
  expect(await viewer.ask('/report')).toBe('<b>No report yet</b>');
  expect(await viewer.ask('/version')).toMatch(/^<b>signalman \d/);
  expect(await viewer.ask('/help')).toContain('/squareoff [all|strategy]: ');
  // What makes no command says how it is written.
  expect(await viewer.ask('/orders all')).toBe(
    '/orders: expected "open" or "today", found "all"\nUsage: /orders [open|today]',
  );
  expect(await viewer.ask('/signals 5 &lt;x&gt;')).toContain('expected one of swing, found');
  expect(await viewer.ask('/nonsense')).toBe('There is no command /nonsense. /help lists them.');
  expect(await viewer.ask('/halt')).toBe('/halt is for an operator; you are a viewer.');
  expect(await person(OPERATOR).ask('/resume')).toBe('/resume is for the owner; you are an operator.');
  // Two pictures of the same, and one of other data.
  await expect.poll(() => server.photos.length, PATIENCE).toBe(1);
  await store.append([minute(20)]);
  await store.flush();
  await viewer.ask('/chart infy 1m');
  await expect.poll(() => server.photos.length, PATIENCE).toBe(2);
  const [first, second] = server.photos;
  expect([first?.chat, first?.png.subarray(1, 4).toString()]).toEqual([VIEWER, 'PNG']);
  expect(second?.png.equals(first?.png ?? Buffer.alloc(0)), 'another candle is another picture').toBe(false);
  // Menus by role.
  const menus = server.calls.filter(({ method }) => method === 'setMyCommands').map(({ payload }) => payload);
  const alone = menus.filter(({ scope }) => (scope as { type: string }).type === 'chat');
  expect(alone.map(({ scope }) => (scope as { chat_id: number }).chat_id)).toEqual([VIEWER, OPERATOR, OWNER]);
  expect(menus).toHaveLength(6);
  const names = alone.map(({ commands }) => (commands as { command: string }[]).map(({ command }) => command));
  expect(names.map((each) => [each.includes('status'), each.includes('kill'), each.includes('resume')])).toEqual([
    [true, false, false],
    [true, true, false],
    [true, true, true],
  ]);
});

it('halts at once, and does what is dangerous on a yes of the one who asked, once', { timeout: 120_000 }, async () => {
  const { database, buy, print, start, person, edits, notes } = await openControlledWorker();
  await buy({ stopLoss: 1_450, target: 1_600 });
  start();
  await print(1_510);
  const [operator, owner] = [person(OPERATOR), person(OWNER)];
  const switches = async () => {
    const [row] = await database.sql`select value from settings where name = 'switches'`;
    return row?.value;
  };
  await expect.poll(() => operator.ask('/positions'), PATIENCE).toContain('Positions: 1');
  expect(await operator.ask('/halt')).toBe('halt: entries are denied until resumed; nothing else changes');
  expect(await switches()).toMatchObject({ isPaused: true });
  expect(await operator.ask('/status')).toContain('entries: DENIED, trading is halted');

  expect(await owner.ask('/resume')).toMatch(/^<b>\/resume\?<\/b>\nNew entries are allowed again\./);
  const [yes = '', no = ''] = owner.buttons;
  expect(await switches(), 'nothing without a yes').toMatchObject({ isPaused: true });
  // Another user, another chat, and a button that nobody was given.
  operator.press(yes);
  person(OWNER, GROUP).press(yes);
  owner.press(`y:${'x'.repeat(24)}`);
  await expect.poll(notes, PATIENCE).toHaveLength(3);
  expect(notes()).toEqual([
    'Only who has asked can answer',
    'Only who has asked can answer',
    'Nothing is known of this question. Nothing was done',
  ]);
  expect(await switches()).toMatchObject({ isPaused: true });
  owner.press(yes);
  await expect.poll(edits, PATIENCE).toEqual(['resume: entries are allowed']);
  expect(await switches()).toMatchObject({ isPaused: false });
  // Again, and the other button.
  await operator.ask('/halt');
  owner.press(yes);
  owner.press(no);
  await expect
    .poll(() => notes().slice(-2), PATIENCE)
    .toEqual(['This was answered already', 'This was answered already']);
  expect(await switches()).toMatchObject({ isPaused: true });

  expect(await operator.ask('/squareoff')).toMatch(/1 open position is closed\.\n.*working orders? (is|are) cancelled/);
  const [, dont = ''] = operator.buttons;
  operator.press(dont);
  await expect.poll(edits, PATIENCE).toContain('squareoff: no. Nothing was done.');
  // One position, named as people name it; what protects it is no entry.
  expect(await operator.ask('/exit TCS')).toContain('expected one of the open positions (INFY), found "TCS"');
  const [stop] = await database.sql`select client_order_id as id from orders where role = 'STOP_LOSS'`;
  if (stop) expect(await operator.ask(`/cancel ${stop.id}`)).toContain('that order gets a position closed');
  expect(await operator.ask('/cancel e7k2m9')).toContain('that order has ended: ');
  expect(await operator.ask('/exit infy')).toMatch(/^<b>\/exit\?<\/b>\nINFY \+5 at 1,500\.00, /);
  const [exit = ''] = operator.buttons;
  operator.press(exit);
  await expect
    .poll(() => edits().at(-1), PATIENCE)
    .toMatch(/^squareoff of swing: 1 position of "swing" in INFY is being closed/);
  expect(await owner.ask(`/strategy ${SWING} off`)).toContain(
    '1 open position and no working entries of it are left as they are.',
  );
  const [off = ''] = owner.buttons;
  owner.press(off);
  await expect.poll(switches, PATIENCE).toMatchObject({ pausedStrategies: [SWING] });
});

it('tells a stranger nothing, and the owner of one who goes on', { timeout: 120_000 }, async () => {
  const { server, database, start, person } = await openControlledWorker();
  start();
  await person(VIEWER).ask('/version');
  const stranger = person(STRANGER);
  for (let count = 0; count < 3; count += 1) stranger.write('/kill');
  stranger.press('y:whatever-whatever');
  // One of ours in a chat that is not, and a stranger in a chat that is.
  person(OWNER, 777).write('/kill');
  person(STRANGER, GROUP).write('/kill');
  const isTold = () => person(0, GROUP).told.some((text) => text.includes('Somebody who is not allowed to writes'));
  await expect.poll(isTold, PATIENCE).toBe(true);
  expect(server.messages.filter(({ chat }) => chat === STRANGER || chat === 777)).toEqual([]);
  expect(await database.sql`select * from commands`).toEqual([]);
});

it('applies a kill that was written while nobody listened before anything is sent, and no late trading command', {
  timeout: 120_000,
}, async () => {
  const { database, start, person, server } = await openControlledWorker();
  const operator = person(OPERATOR);
  operator.write('/squareoff', 600_000);
  operator.write('/kill', 600_000);
  const worker = start();
  await expect.poll(() => operator.told.length, PATIENCE).toBe(2);
  expect(operator.told).toEqual([
    '/squareoff was written more than a minute before it got here: nothing was done. Write it again if you still mean it.',
    'kill: it is asked for, and is done before anything is sent (written while nobody listened)',
  ]);
  const commands = () => database.sql`select command, asked_by as "askedBy", answer from commands order by id`;
  await expect.poll(commands, PATIENCE).toEqual([
    {
      command: 'kill',
      askedBy: `telegram:${OPERATOR}`,
      answer: expect.stringMatching(/^entries are denied until resumed/),
    },
  ]);
  expect(await operator.ask('/status')).toContain('entries: DENIED, the kill switch is on');
  // Another program listens to the same bot: told once, and over when it is over.
  server.fault(
    { kind: 'error', code: 409, description: 'Conflict: terminated by other getUpdates request' },
    { method: 'getUpdates', count: 2 },
  );
  const isTold = () => person(0, GROUP).told.filter((text) => text.includes('Another program listens to the same bot'));
  operator.write('/version');
  await expect.poll(() => isTold().length, PATIENCE).toBe(1);
  await expect.poll(() => operator.ask('/version'), PATIENCE).toMatch(/signalman \d/);
  await sleep(500);
  expect(isTold()).toHaveLength(1);
  worker.child.kill('SIGTERM');
  expect((await worker.ended).code).toBe(0);
  const all = person(0, GROUP).told.join('\n');
  expect(all).toMatch(/Trading begins: account "live_rules" LIVE, orders go to the broker, 1 strategy, 1 instrument, /);
  expect(all).toMatch(/The worker was stopped: nothing is open$/);
});
