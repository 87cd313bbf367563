import { expect, it } from 'vitest';
import { type BotPerson, OPERATOR, PATIENCE, VIEWER } from '../support/bot-person.ts';
import { openControlledWorker } from '../support/controlled-worker.ts';
import { until } from '../support/rule-worker.ts';

const NEW = '/gtt new INFY buy 5 trigger 1600 limit 1605 days 90';

/** Asks for it, says yes, and waits for what it came to. */
async function change(person: BotPerson, text: string, edits: () => readonly unknown[]): Promise<string> {
  const before = edits().length;
  expect(await person.ask(text)).toMatch(/^<b>\/gtt\?<\/b>\n/);
  person.press(person.buttons[0] ?? '');
  await expect.poll(() => edits().length, PATIENCE).toBeGreaterThan(before);
  return String(edits().at(-1));
}

it('makes, changes and takes back rules at the broker on a yes, once, also of what the bot does not trade', {
  timeout: 180_000,
}, async () => {
  const { start, person, edits, notes, deeds, liveRules, print, desk } = await openControlledWorker();
  const worker = start();
  const [operator, viewer] = [person(OPERATOR), person(VIEWER)];
  await expect.poll(() => operator.ask('/version'), PATIENCE).toMatch(/signalman/);
  await print(1_500);
  await expect.poll(() => operator.ask('/quote INFY'), PATIENCE).toContain('INFY 1,500.00');
  expect(await viewer.ask(NEW)).toBe('/gtt new is for an operator; you are a viewer.');
  expect(await operator.ask(NEW)).toMatch(
    /\nBuy 5 INFY, delivery:\ntrigger 1,600\.00, limit 1,605\.00, ₹8,025\.00\nGood for 90 days, until [\d-]+\.\n.*\nThe last price is 1,500\.00, the trigger is 6\.67% above it\.\n/,
  );
  expect(deeds(), 'nothing without a yes').toEqual([]);
  const [yes = '', no = ''] = operator.buttons;
  viewer.press(yes);
  operator.press(no);
  operator.press(yes);
  await expect
    .poll(notes, PATIENCE)
    .toEqual(['Only who has asked can answer', 'Nothing is done', 'This was answered already']);
  expect([deeds(), edits()]).toEqual([[], ['gtt new: no. Nothing was done.']]);

  expect(await change(operator, NEW, edits)).toMatch(
    /^gtt new: it rests at the broker: [0-9a-z]{6} buy INFY: 5 at 1,600\.00, limit 1,605\.00, active, until /,
  );
  expect(deeds()).toEqual(['4410001 created']);
  // Pressed again, and replayed by Telegram.
  operator.press(operator.buttons[0] ?? '');
  await expect.poll(notes, PATIENCE).toHaveLength(5);
  expect(notes().at(-1)).toBe('This was answered already');
  expect(await change(operator, '/gtt new TCS buy 5 stop 1700/1705 target 1300/1305', edits)).toMatch(
    /^gtt new: it rests at the broker: [0-9a-z]{6} buy TCS: 5 at 1,700\.00, limit 1,705\.00, active or 5 at 1,300\.00/,
  );
  expect(liveRules()).toHaveLength(3);
  const listed = await viewer.ask('/gtt list');
  const idOf = (symbol: string): string => new RegExp(`([0-9a-z]{6}) buy ${symbol}: 5 at `).exec(listed)?.[1] ?? listed;

  expect(await operator.ask(`/gtt modify ${idOf('INFY')} trigger 1600.01`)).toContain('in steps of');
  expect(await change(operator, `/gtt modify ${idOf('INFY')} trigger 1610 limit 1615`, edits)).toMatch(
    /^gtt modify: it is changed: [0-9a-z]{6} buy INFY: 5 at 1,610\.00, limit 1,615\.00, active/,
  );
  expect(await change(operator, `/gtt cancel ${idOf('TCS')}`, edits)).toMatch(
    /^gtt cancel: it is taken back: [0-9a-z]{6} buy TCS: 5 cancelled or 5 cancelled/,
  );
  expect(liveRules()).toHaveLength(1);
  expect(deeds().filter((deed) => deed.startsWith('4410001'))).toEqual(['4410001 created', '4410001 modified']);
  // What is not held is not sold.
  expect(await change(operator, '/gtt new INFY sell 5 trigger 1400 limit 1395', edits)).toMatch(
    /^gtt new: it does not rest at the broker: [0-9a-z]{6} sell INFY: 5 rejected, .*0 are held/,
  );
  expect(await operator.ask('/gtt new NOSUCH buy 5 trigger 5 limit 6')).toContain(
    'expected an instrument of the broker',
  );

  // The broker takes its time: what is written meanwhile is taken, and the rule is made once.
  desk.simulator.arm({ kind: 'delay', ms: 8_000, on: ['createRule'], count: 1 });
  expect(await operator.ask('/gtt new INFY buy 5 trigger 1700 limit 1705')).toMatch(/^<b>\/gtt\?/);
  operator.press(operator.buttons[0] ?? '');
  await expect.poll(() => notes().at(-1), PATIENCE).toBe('On its way');
  const asked = performance.now();
  expect(await operator.ask('/halt')).toContain('halt: entries are denied until resumed');
  expect(performance.now() - asked, 'a halt waits for no rule').toBeLessThan(4_000);
  await expect.poll(() => edits().at(-1), PATIENCE).toBe('gtt new: it is on its way; /gtt shows it');
  await expect.poll(() => viewer.ask('/gtt'), PATIENCE).toMatch(/buy INFY: 5 at 1,700\.00, limit 1,705\.00, active/);
  await until(() => liveRules().length, 2);
  worker.child.kill('SIGTERM');
  const { code, stderr } = await worker.ended;
  expect(code, stderr).toBe(0);
});

it('makes no rule on paper, and says what it takes', { timeout: 120_000 }, async () => {
  const { start, person, deeds } = await openControlledWorker({ env: { TRADING_MODE: 'paper' } });
  start();
  const operator = person(OPERATOR);
  expect(await operator.ask(NEW)).toMatch(/^Nothing was done: this worker fills orders on paper, .*TRADING_MODE=live/);
  expect(await operator.ask('/gtt')).toBe('<b>GTT rules: none</b>');
  expect(deeds()).toEqual([]);
});
