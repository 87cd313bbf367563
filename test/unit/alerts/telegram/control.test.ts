import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { BOT_COMMANDS } from '../../../../src/alerts/telegram/control/bot-commands.ts';
import { withHelp } from '../../../../src/alerts/telegram/control/help-command.ts';
import type { StrategyId } from '../../../../src/core/ids.ts';
import { NO_WISHES } from '../../../../src/ports/message-book.ts';
import { GROUP, OPERATOR, OWNER, openControl, START, VIEWER } from '../../../support/open-control.ts';
import { sampleRules } from '../../../support/sample-desks.ts';

const STRATEGIES = ['ema-5m' as StrategyId, 'M&M_<b>*' as StrategyId];

let open: ReturnType<typeof openControl>;
let written: typeof open.written;
let pressed: typeof open.pressed;
let nonceOf: typeof open.nonce;
beforeEach(() => {
  open = openControl(withHelp(BOT_COMMANDS), {
    strategies: STRATEGIES,
    rules: sampleRules(() => open.world.now).desk,
  });
  ({ written, pressed, nonce: nonceOf } = open);
});

describe('a command', () => {
  test.each(['kill', 'squareoff', 'resume', 'strategy ema-5m on', 'strategy ema-5m off'])(
    '/%s is done on a yes only, within a minute, once',
    async (text) => {
      await open.control.take(written(`/${text}`, OWNER));
      expect(open.done).toEqual([]);
      const nonce = nonceOf();
      open.world.now += 60_000;
      await open.control.take(pressed(`y:${nonce}`, OWNER));
      expect(open.done).toHaveLength(1);
      expect(open.done[0]).toMatchObject({ askedBy: `telegram:${OWNER}` });
      await open.control.take(pressed(`y:${nonce}`, OWNER));
      expect(open.done).toHaveLength(1);
      // A second later it is too late.
      await open.control.take(written(`/${text}`, OWNER));
      open.world.now += 60_001;
      await open.control.take(pressed(`y:${nonceOf()}`, OWNER));
      expect(open.done).toHaveLength(1);
      expect(open.notes.at(-1)).toMatch(/^Too late/);
    },
  );

  test('says in numbers what it would come to', async () => {
    await open.control.take(written('/kill', OPERATOR));
    expect(open.said.at(-1)?.text).toContain(
      '3 working entries are cancelled.\n2 open positions keep their stops and targets.',
    );
    await open.control.take(written('/squareoff ema-5m', OPERATOR));
    expect(open.said.at(-1)?.text).toContain('2 open positions of ema-5m are closed.\n7 working orders are cancelled');
  });

  test('that makes things safer is done however late, without asking; a dangerous one is refused then', async () => {
    for (const text of ['/halt', '/pause ema-5m', '/kill'])
      await open.control.take(written(text, OPERATOR, { ageMs: 3_600_000 }));
    expect(open.done.map((each) => 'command' in each && [each.command, each.strategyId])).toEqual([
      ['halt', null],
      ['halt', 'ema-5m'],
      ['kill', null],
    ]);
    for (const text of ['/squareoff', '/resume', '/strategy ema-5m on', '/strategy ema-5m off']) {
      await open.control.take(written(text, OWNER, { ageMs: 61_000 }));
      expect(open.said.at(-1)?.text).toContain('nothing was done');
    }
    expect([open.done.length, open.confirmations.asked.size]).toEqual([3, 0]);
  });

  test('is another bot’s when it is named so, and nobody’s when it is forwarded, edited or said by a channel', async () => {
    await open.control.take(written('/halt@other_bot', OPERATOR, { chat: GROUP }));
    await open.control.take(written('/halt', OPERATOR, { forward_origin: { type: 'user' } }));
    await open.control.take(written('/halt', OPERATOR, { via_bot: { id: 5 } }));
    await open.control.take({ edited_message: written('/halt', OPERATOR).message });
    await open.control.take({ channel_post: written('/halt', null, { chat: GROUP }).message });
    await open.control.take(written('halt', OPERATOR));
    expect([open.done, open.said]).toEqual([[], []]);
    await open.control.take(written('/halt@Signalman_Bot', OPERATOR, { chat: GROUP }));
    expect(open.done).toHaveLength(1);
  });

  test('/settings says how alerts are told, changes it for good, and by the owner only', async () => {
    await open.control.take(written('/settings fill silent', OPERATOR));
    expect(open.wished.now).toEqual(NO_WISHES);
    await open.control.take(written('/settings fill silent', OWNER));
    await open.control.take(written('/settings quiet 22:00-07:30', OWNER));
    expect(open.wished.now).toEqual({ kinds: { fill: 'silent' }, quiet: { from: 79_200_000, to: 27_000_000 } });
    expect(open.said.at(-1)?.text).toContain('\nfill: silent (configured: on)\n');
    expect(open.said.at(-1)?.text).toContain('\nquiet: 22:00-07:30, but for what is critical');
    for (const words of [
      'fill',
      'fill loud',
      'fills on',
      'quiet',
      'quiet 22:00',
      'quiet 9-17',
      'quiet 10:00-10:00',
      'fill on now',
    ]) {
      await open.control.take(written(`/settings ${words}`, OWNER));
      expect(open.said.at(-1)?.text, words).toContain('Usage: /settings');
    }
    await open.control.take(written('/settings quiet off', OWNER));
    expect(open.wished.now).toEqual({ kinds: { fill: 'silent' }, quiet: null });
  });

  test('of a role that was taken away meanwhile is not done', async () => {
    await open.control.take(written('/resume', OWNER));
    // As if an operator had been an owner when it was asked.
    const asked = open.confirmations.asked.get(nonceOf());
    if (asked) open.confirmations.asked.set(asked.nonce, { ...asked, user: OPERATOR, chat: String(OPERATOR) });
    await open.control.take(pressed(`y:${nonceOf()}`, OPERATOR));
    expect([open.done, open.edited.at(-1)?.text]).toEqual([[], 'You may not do that any more: nothing was done.']);
  });

  test('that fails is said to have failed, and where to act then', async () => {
    open.failing.add('standing').add('carryOut');
    await open.control.take(written('/kill', OPERATOR));
    expect(open.said.at(-1)?.text).toBe('/kill could not be done: the database is away');
    await open.control.take(written('/halt', OPERATOR));
    expect(open.said.at(-1)?.text).toBe(
      "halt could not be asked for: the database is away. If it is urgent, act in the broker's own app.",
    );
  });
});

test('a stranger is logged once and told of at the fifth try, and never answered', async () => {
  for (let count = 0; count < 12; count += 1) await open.control.take(written('/kill', 99));
  await open.control.take(pressed('y:nonce-00000000000000000001', 99));
  expect([open.said, open.notes, open.done]).toEqual([[], [], []]);
  expect([open.strangers.length, open.intruders.length]).toEqual([1, 1]);
});

const someUser = fc.constantFrom(VIEWER, OPERATOR, OWNER, 99, 0, -1, 2 ** 53);
const someChat = fc.constantFrom(VIEWER, OPERATOR, OWNER, GROUP, 99, -999);
const someText = fc.oneof(
  fc.constantFrom(
    '/kill',
    '/squareoff',
    '/resume',
    '/strategy ema-5m on',
    '/gtt new RELIANCE buy 5 trigger 1600 limit 1605 days 90',
    '/gtt modify g7k2m9 target 3700/3690',
    '/gtt cancel g7k',
    '/backtest ema-5m RELIANCE 30d',
    '/order e7k',
    '/signals 5 M&M_<b>*',
    '/optionchain M&M_<b>*',
    '/logs 100',
    '/login <b>',
    '/help',
    '/start',
  ),
  fc.string({ unit: 'binary', maxLength: 60 }).map((text) => `/${text}`),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '/kill'.repeat(2_000),
    `/order ${'x'.repeat(9_000)}`,
    '/\u202ekill',
    '/ki\u0000ll',
    '/KILL\n\n\nall',
    '/orders\u2003today',
  ),
);
const anything = fc.anything({ maxDepth: 3, withBigInt: true, withNullPrototype: true });
/** Nothing here is a yes of the one who was asked. */
const strayPress = fc.record({
  callback_query: fc.record(
    {
      id: fc.string(),
      data: fc.oneof(
        fc.string(),
        fc.nat(60).map((n) => `y:nonce-${String(n).padStart(20, '1')}`),
        fc.constant('y:'),
        fc.constant('n:'),
      ),
      from: fc.record({ id: someUser }),
      message: fc.record({ message_id: fc.integer(), chat: fc.record({ id: someChat }) }, { requiredKeys: [] }),
    },
    { requiredKeys: ['data', 'from'] },
  ),
});
const message = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      text: someText,
      date: fc.constant(START / 1_000),
      chat: fc.record({ id: someChat }),
      from: fc.record({ id: someUser }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record(
      {
        text: someText,
        date: fc.anything(),
        chat: fc.record({ id: someChat }),
        from: fc.record({ id: someUser }),
        forward_origin: fc.constant({ type: 'user' }),
      },
      { requiredKeys: [] },
    ),
  },
);
/** Of questions that were really asked, but of somebody else. */
const foreignPress = fc.record({
  callback_query: fc.record({
    id: fc.string(),
    data: fc.nat(300).map((n) => `y:nonce-${String(n).padStart(20, '0')}`),
    from: fc.record({ id: fc.constantFrom(VIEWER, 99, 0) }),
    message: fc.record({ message_id: fc.nat(), chat: fc.record({ id: someChat }) }),
  }),
});
/** Neither a halt nor, from long ago, a kill: those are done at once. */
const harmless = fc
  .record({ message })
  .filter(
    ({ message: { date, from, text } }) =>
      date === START / 1_000 ||
      !(from?.id === OPERATOR || from?.id === OWNER) ||
      !/^\/(kill|halt|pause)/i.test(text ?? ''),
  );

test('20,000 updates of any kind change nothing, break nothing, and tell nobody anything who is not one of ours', async () => {
  const known = new Set([VIEWER, OPERATOR, OWNER, GROUP]);
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        { weight: 6, arbitrary: harmless },
        strayPress,
        foreignPress,
        fc.record({ edited_message: message }),
        fc.record({ update_id: fc.nat() }),
        anything,
      ),
      async (update) => {
        taken += 1;
        await open.control.take(update);
      },
    ),
    { numRuns: 20_000 },
  );
  expect(taken).toBeGreaterThanOrEqual(20_000);
  expect(open.done).toEqual([]);
  expect([...open.said, ...open.edited].filter(({ chat }) => !known.has(chat))).toEqual([]);
  expect(open.said.length, 'ours were answered').toBeGreaterThan(300);
  expect(open.confirmations.asked.size, 'questions were asked').toBeGreaterThan(30);
  expect(open.notes).toContain('Only who has asked can answer');
  expect(open.said.every(({ text }) => text.length > 0 && text.length <= 4_096)).toBe(true);
});
