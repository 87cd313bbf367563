import { beforeEach, describe, expect, test } from 'vitest';
import { BACKTEST_COMMAND } from '../../../../../src/alerts/telegram/control/backtest-command.ts';
import { controlActionSchema } from '../../../../../src/alerts/telegram/control/control-action.ts';
import { GTT_COMMAND } from '../../../../../src/alerts/telegram/control/gtt-command.ts';
import { SWITCH_COMMANDS } from '../../../../../src/alerts/telegram/control/switch-commands.ts';
import { GROUP, OPERATOR, OWNER, openControl, VIEWER } from '../../../../support/open-control.ts';
import { sampleBacktests, sampleRules } from '../../../../support/sample-desks.ts';

const COMMANDS = [GTT_COMMAND, BACKTEST_COMMAND, ...SWITCH_COMMANDS];

let open: ReturnType<typeof openControl>;
let written: typeof open.written;
let pressed: typeof open.pressed;
let nonceOf: typeof open.nonce;
let backtests: ReturnType<typeof sampleBacktests>;
beforeEach(() => {
  backtests = sampleBacktests();
  open = openControl(COMMANDS, {
    rules: sampleRules(() => open.world.now).desk,
    backtests: { plan: (wish) => backtests.plan(wish) },
    facts: () => ({ account: 'a', mode: 'live', version: '1', startedTime: open.world.now }),
  });
  ({ written, pressed, nonce: nonceOf } = open);
});

const NEW = '/gtt new RELIANCE sell 10 trigger 1380 limit 1375 days 90';

describe('a good-till-triggered rule', () => {
  test.each([
    [NEW, { rule: 'new', instrumentId: 'NSE:RELIANCE', side: 'SELL', product: 'DELIVERY', days: 90 }],
    ['/gtt modify g7k2m9 quantity 20', { rule: 'modify', id: 'g7k2m9q4x1c8v5n3' }],
    ['/gtt cancel g7k', { rule: 'cancel', id: 'g7k2m9q4x1c8v5n3' }],
  ])('%s is done on a yes only, within a minute, once, and as it was shown', async (text, action) => {
    await open.control.take(written(text, OPERATOR));
    expect([open.done, open.confirmations.asked.size]).toEqual([[], 1]);
    const stored = open.confirmations.asked.get(nonceOf());
    // As the table keeps it.
    if (stored)
      open.confirmations.asked.set(stored.nonce, { ...stored, action: JSON.parse(JSON.stringify(stored.action)) });
    await open.control.take(pressed(`y:${nonceOf()}`, OWNER));
    await open.control.take(pressed(`y:${nonceOf()}`, OPERATOR, GROUP));
    expect(open.done).toEqual([]);
    open.world.now += 60_000;
    await open.control.take(pressed(`y:${nonceOf()}`, OPERATOR));
    expect(open.done).toEqual([expect.objectContaining({ ...action, askedBy: `telegram:${OPERATOR}` })]);
    expect(open.done[0]).toMatchObject(stored?.action as object);
    await expect.poll(() => open.edited.at(-1)?.text).toMatch(/^gtt (new|modify|cancel): done/);
    await open.control.take(pressed(`y:${nonceOf()}`, OPERATOR));
    await open.control.take(pressed(`n:${nonceOf()}`, OPERATOR));
    await open.control.take(written(text, OPERATOR));
    open.world.now += 60_001;
    await open.control.take(pressed(`y:${nonceOf()}`, OPERATOR));
    expect([open.done.length, open.notes.at(-1)]).toEqual([1, expect.stringMatching(/^Too late/)]);
    await open.control.take(written(text, OPERATOR));
    await open.control.take(pressed(`n:${nonceOf()}`, OPERATOR));
    expect([open.done.length, open.edited.at(-1)?.text]).toEqual([1, `gtt ${action.rule}: no. Nothing was done.`]);
  });

  test('is restated in numbers', async () => {
    await open.control.take(written(NEW, OPERATOR));
    expect(open.said.at(-1)?.text).toBe(
      [
        '<b>/gtt?</b>',
        'Sell 10 RELIANCE, delivery:',
        'trigger 1,380.00, limit 1,375.00, ₹13,750.00',
        'Good for 90 days, until 2027-02-18.',
        'It rests at the broker, who places the limit order when the trigger is reached.',
        'The last price is 1,402.35, the trigger is 1.59% below it.',
        "What it trades is in no strategy's books: nobody closes it but you.",
        'Good for one minute.',
      ].join('\n'),
    );
    await open.control.take(written('/gtt modify g7k stop 3250/3090', OPERATOR));
    expect(open.said.at(-1)?.text).toContain(
      'stop-loss 3,250.00, limit 3,090.00, ₹1,23,600.00; now 40 at 3,200.00, limit 3,040.00\ntarget 3,600.00, limit 3,420.00, ₹1,36,800.00, as it is now\n',
    );
  });

  test('is read to its last word, however many words its instrument has', async () => {
    const words = 'new NIFTY 23 Nov 2026 26000 CE buy 65 trigger 100 limit 101';
    await open.control.take(written(`/gtt ${words} days 30`, OPERATOR));
    expect(open.said.at(-1)?.text).toContain('Buy 65 NIFTY 23 Nov 2026 26000 CE, carry-forward:\ntrigger 100.00, ');
    expect(open.said.at(-1)?.text).toContain('Good for 30 days');
    await open.control.take(written(`/gtt ${words} days 30 ${'days 3 '.repeat(40)}`, OPERATOR));
    expect(open.said.at(-1)?.text).toContain('expected "days" once, found it twice');
  });

  test('is looked at by a viewer, and changed by an operator; what can not be sent is not asked for', async () => {
    await open.control.take(written('/gtt list', VIEWER));
    expect(open.said.at(-1)?.text).toBe('<b>GTT rules: none</b>');
    for (const words of ['new', 'NEW RELIANCE', 'modify g7k trigger 5', 'cancel g7k2m9']) {
      await open.control.take(written(`/gtt ${words}`, VIEWER));
      expect(open.said.at(-1)?.text).toBe(`/gtt ${words.split(' ')[0]} is for an operator; you are a viewer.`);
    }
    const problems: [string, string][] = [
      ['new RELIANCE sell 10 trigger 1380.01 limit 1375', 'expected a price in steps of 0.05, found "1380.01"'],
      ['new NFO:NIFTY:2026-11-23:26000:CE buy 10 trigger 90 limit 91', 'expected units in lots of 65, found "10"'],
      ['new RELIANCE sell 10 stop 1450/1449 target 1350/1345', 'Expected the stop-loss below the target'],
      ['new WIPRO sell 10 trigger 1 limit 1', 'expected an instrument of the broker\'s list, found "WIPRO"'],
      ['modify g7k trigger 3000', 'expected "stop" and "target" of a pair'],
      ['modify abc trigger 3000', 'no rule\'s id begins with "abc"'],
      ['cancel abc', 'no rule\'s id begins with "abc"'],
    ];
    for (const [words, problem] of problems) {
      await open.control.take(written(`/gtt ${words}`, OPERATOR));
      const text = open.said.at(-1)?.text;
      expect(text, words).toContain(problem);
      expect(text, words).toContain(`\nUsage: /gtt ${words.split(' ')[0]} `);
    }
    expect([open.done, open.confirmations.asked.size]).toEqual([[], 0]);
  });

  test('is not changed by what is late, forwarded, edited or said by a channel', async () => {
    await open.control.take(written(NEW, OPERATOR, { ageMs: 61_000 }));
    expect(open.said.at(-1)?.text).toContain('nothing was done');
    await open.control.take(written(NEW, OPERATOR, { forward_origin: { type: 'user' } }));
    await open.control.take({ edited_message: written(NEW, OPERATOR).message });
    await open.control.take({ channel_post: written(NEW, null, { chat: GROUP }).message });
    expect([open.done, open.said.length, open.confirmations.asked.size]).toEqual([[], 1, 0]);
  });

  test('is not changed by one whose role was taken away meanwhile', async () => {
    await open.control.take(written('/gtt cancel g7k', OPERATOR));
    const asked = open.confirmations.asked.get(nonceOf());
    if (asked) open.confirmations.asked.set(asked.nonce, { ...asked, user: VIEWER, chat: String(VIEWER) });
    await open.control.take(pressed(`y:${nonceOf()}`, VIEWER));
    expect([open.done, open.edited.at(-1)?.text]).toEqual([[], 'You may not do that any more: nothing was done.']);
  });
});

test('what was asked before there were rules is read as it was stored', () => {
  for (const action of [
    { command: 'kill', strategyId: null },
    { command: 'squareoff', strategyId: 'ema-5m', instrumentId: 'NSE:RELIANCE' },
    { command: 'cancel', strategyId: 'ema-5m', orderId: 'p3x8a1b2c3d4e5f6' },
  ]) {
    expect(controlActionSchema.parse(action)).toEqual(action);
  }
  const cancel = { rule: 'cancel', id: 'g7k2m9q4x1c8v5n3' };
  expect(controlActionSchema.parse(cancel)).toEqual(cancel);
  for (const odd of [{ ...cancel, command: 'kill', strategyId: null }, { ...cancel, id: '' }, { rule: 'delete' }, {}]) {
    expect(controlActionSchema.safeParse(odd).success).toBe(false);
  }
});

test('/gtt says what it takes where no rule rests anywhere', async () => {
  Object.assign(open.desk, { rules: null });
  await open.control.take(written(NEW, OPERATOR));
  expect(open.said.at(-1)?.text).toMatch(/^Nothing was done: this worker fills orders on paper, .* TRADING_MODE=live/);
  expect(open.confirmations.asked.size).toBe(0);
});

describe('/backtest', () => {
  test('is answered at once, keeps nobody waiting, and its result follows', async () => {
    const { plan } = backtests;
    let go = (): void => {};
    const waits = new Promise<void>((resolve) => {
      go = resolve;
    });
    backtests.plan = async (wish) => {
      const planned = await plan(wish);
      return planned.kind === 'refused' ? planned : { ...planned, run: () => waits.then(() => planned.run()) };
    };
    await open.control.take(written('/backtest ema-5m RELIANCE 30d', OPERATOR));
    expect(open.said.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^Running ema-5m on RELIANCE, 2026-10-22 to 2026-11-20: .* The result follows here\.$/),
    ]);
    await open.control.take(written('/halt', OPERATOR, { chat: GROUP }));
    expect(open.done).toHaveLength(1);
    go();
    await expect.poll(() => open.pictures).toEqual([OPERATOR]);
    expect(open.said.at(-1)).toEqual({
      chat: OPERATOR,
      text: [
        '<b>Backtest of ema-5m on RELIANCE, 2026-10-22 to 2026-11-20</b>',
        'net: +₹517.50 after ₹124.60 charges',
        '3 trades, 2 won (66.67%), profit factor 5.29',
        'deepest fall: ₹204.80 (0.2%)',
        'data: 7,500 candles of 1m on 20 days, 2026-10-22 to 2026-11-20',
        '5m candles, intraday, 10 units an entry, capital ₹8,00,000.00, no risk limits',
      ].join('\n'),
    });
  });

  test('is for an operator, needs three things, and is not begun late', async () => {
    await open.control.take(written('/backtest ema-5m RELIANCE 30d', VIEWER));
    expect(open.said.at(-1)?.text).toBe('/backtest is for an operator; you are a viewer.');
    for (const words of [
      '',
      'ema-5m',
      'ema-5m 30d',
      'ema-5m RELIANCE',
      'ema-5m RELIANCE 30',
      `x ${'y'.repeat(99)} 5d`,
    ]) {
      await open.control.take(written(`/backtest ${words}`, OPERATOR));
      expect(open.said.at(-1)?.text, words).toContain(
        'Usage: /backtest <strategy>'.replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
      );
    }
    backtests.plan = async () => ({
      ...{ kind: 'planned', title: 'it', terms: '' },
      run: () => expect.unreachable('nobody means it any more'),
    });
    await open.control.take(written('/backtest ema-5m RELIANCE 30d', OPERATOR, { ageMs: 61_000 }));
    expect(open.said.at(-1)?.text).toContain('nothing was done');
  });

  test('that fails, or breaks, is told', async () => {
    const ends = [
      async () => ({ kind: 'failed', why: 'No candles.' }) as const,
      () => Promise.reject(new Error('gone')),
    ];
    for (const run of ends) {
      backtests.plan = async () => ({ kind: 'planned', title: 'it', terms: 'so', run });
      await open.control.take(written('/backtest ema-5m RELIANCE 30d', OPERATOR));
    }
    await expect.poll(() => open.said.length).toBe(4);
    expect(open.said.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['<b>No backtest of it</b>\nNo candles.', '/backtest could not be done: gone']),
    );
  });
});
