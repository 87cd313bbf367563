/**
 * Every command by every role, end to end: a worker on paper that plays the bundled session, its books in PostgreSQL, a Bot
 * API server. What is dangerous is asked for by each who may, and answered with a no, until the last.
 */
import { expect, it, onTestFinished } from 'vitest';
import { BOT_COMMANDS } from '../../src/alerts/telegram/control/bot-commands.ts';
import { mayAct, type Role } from '../../src/alerts/telegram/control/guard.ts';
import { roleFor, withHelp } from '../../src/alerts/telegram/control/help-command.ts';
import { BotPerson, OWNER, PATIENCE, USERS } from '../support/bot-person.ts';
import { startFakeBotApi } from '../support/fake-bot-api.ts';
import { sampleBotWith } from '../support/sample-bot.ts';
import { startWorker, stateFolder } from '../support/worker-process.ts';

/** A day of market in six minutes, so that there is something in the books and something open. */
const SPEED = '60';

interface Said {
  readonly text: string;
  readonly answer: RegExp;
}

/** What is written, and what a person who may is answered. */
const COMMANDS: Readonly<Record<string, readonly Said[]>> = {
  status: [{ text: '', answer: /^<b>Paper account rehearsal, version \d.*<\/b>\nentries: / }],
  health: [{ text: '', answer: /^<b>Health<\/b>\n(.*\n)*ok Telegram: last heard / }],
  positions: [{ text: '', answer: /^<b>Positions: \d+.*<\/b>\n.* last [\d,.]+, / }],
  orders: [
    { text: 'open', answer: /^<b>Orders, open: \d+.*<\/b>\n(.*\n)*.* is .*\((entry|stop-loss|target)\)/ },
    { text: 'today', answer: /^<b>Orders, today: .*<\/b>\n(.*\n)*.* (is filled at|\d+ filled) / },
  ],
  order: [{ text: '<order>', answer: /^<b>Order [a-z0-9]{16}<\/b>\nOrder to / }],
  signals: [{ text: '5', answer: /^<b>Signals: [1-5]<\/b>\n.* (Signal|Denied): / }],
  trades: [{ text: 'day', answer: /^<b>Trades, day: (none<\/b>|\d+.*<\/b>\n.*: closed \d)/ }],
  pnl: [{ text: 'week', answer: /^<b>This week: .*<\/b>\nopen positions: / }],
  quote: [{ text: 'RELIANCE', answer: /^<b>Quote: RELIANCE<\/b>\nRELIANCE [\d,.]+ at / }],
  chart: [{ text: 'RELIANCE 3m', answer: /^<b>RELIANCE 3m<\/b>/ }],
  limits: [{ text: '', answer: /^<b>Limits<\/b>\nloss of the day: / }],
  funds: [{ text: '', answer: /^<b>Funds<\/b>\nequity: ₹/ }],
  holdings: [{ text: '', answer: /on paper nothing is held at a broker/ }],
  report: [{ text: '', answer: /^<b>No report yet<\/b>/ }],
  strategies: [{ text: '', answer: /^<b>Strategies<\/b>\nema-3m: on\n/ }],
  version: [{ text: '', answer: /^<b>signalman \d/ }],
  watch: [{ text: '', answer: /^<b>Watched: \d+.*<\/b>\n(.*\n)*RELIANCE [\d,.]+, [+-]/ }],
  risk: [{ text: '', answer: /^<b>Risk<\/b>\nsignals today: \d+ allowed, / }],
  optionchain: [{ text: 'NIFTY', answer: /NIFTY 2026-11-23/ }],
  gtt: [
    { text: 'list', answer: /GTT rules: none/ },
    { text: 'new RELIANCE sell 1 trigger 1 limit 1', answer: /this worker fills orders on paper/ },
    { text: 'modify abc trigger 1', answer: /this worker fills orders on paper|Usage: / },
    { text: 'cancel abc', answer: /this worker fills orders on paper/ },
  ],
  login: [{ text: '', answer: /Login/ }],
  backtest: [{ text: 'ema-3m RELIANCE 30d', answer: /^Running ema-3m on RELIANCE, .* The result follows here\.$/ }],
  exit: [{ text: '<position>', answer: /^<b>\/exit\?<\/b>\n.*\nIt is closed; / }],
  cancel: [{ text: 'zzzzzz', answer: /^\/cancel: no order's id begins with "zzzzzz"\nUsage: / }],
  pause: [{ text: 'orb-15', answer: /^halt of orb-15: entries of "orb-15" are denied until resumed/ }],
  halt: [{ text: 'orb-15', answer: /^halt of orb-15: / }],
  kill: [{ text: '', answer: /^<b>\/kill\?<\/b>\nNew entries are denied until \/resume\.\n.*cancelled\.\n/ }],
  squareoff: [{ text: 'all', answer: /^<b>\/squareoff\?<\/b>\n\d+ open positions? (is|are) closed\.\n/ }],
  resume: [{ text: '', answer: /^<b>\/resume\?<\/b>\nNew entries are allowed again\./ }],
  strategy: [{ text: 'orb-15 on', answer: /^<b>\/strategy\?<\/b>\nNew entries of orb-15 are allowed again\./ }],
  logs: [{ text: '5', answer: /^<b>Log/ }],
  settings: [{ text: '', answer: /^<b>Alerts<\/b>\nsignal: / }],
  help: [{ text: '', answer: /\/squareoff \[all\|strategy\]: / }],
};

const ONE: Readonly<Record<Role, string>> = { viewer: 'a viewer', operator: 'an operator', owner: 'the owner' };

it('answers every command to each role that may, and says to the others who may', { timeout: 240_000 }, async () => {
  const server = await startFakeBotApi();
  onTestFinished(() => server.close());
  const folder = stateFolder();
  const telegram = { chats: [{ id: OWNER }], users: USERS, alerts: QUIET };
  const worker = startWorker(folder, ['--speed', SPEED], {
    ...{ TELEGRAM_BOT_TOKEN: server.token, TELEGRAM_API_ROOT: server.url, LOG_LEVEL: 'info' },
    SIGNALMAN_CONFIG: sampleBotWith(folder, { telegram }),
  });
  onTestFinished(async () => {
    worker.child.kill('SIGKILL');
    await worker.ended;
  });
  const people = USERS.map(({ id, role }) => ({ person: new BotPerson(server, id), role: role as Role }));
  const [viewer] = people;
  if (viewer === undefined) throw new Error('There are three of them');
  const matches = (command: string, found: RegExp) =>
    expect.poll(() => viewer.person.ask(command), { timeout: 120_000, interval: 500 }).toMatch(found);
  await matches('/positions', /^<b>Positions: [1-9]/);
  const commands = withHelp(BOT_COMMANDS);
  expect(Object.keys(COMMANDS).toSorted()).toEqual(commands.map(({ name }) => name).toSorted());
  const known = {
    '<order>': /(?:^|\n)\S+ ([a-z0-9]{6}) Order/.exec(await viewer.person.ask('/orders today'))?.[1] ?? '',
  };
  for (const command of commands) {
    for (const { text, answer } of COMMANDS[command.name] ?? []) {
      for (const { person, role } of people) {
        const needed = roleFor(command, text.split(' '));
        const written =
          text === '<position>' ? await openPosition(viewer.person) : text.replace('<order>', known['<order>']);
        const said = await person.ask(`/${command.name} ${written}`.trim());
        const what = `/${command.name} ${written} by ${role}`;
        if (!mayAct(role, needed)) {
          expect(said, what).toContain(` is for ${ONE[needed]}; you are ${ONE[role]}.`);
          expect(said, what).toMatch(new RegExp(`^/${command.name}\\b`));
          continue;
        }
        expect(said, what).toMatch(answer);
        if (said.startsWith('Running')) await followed(person);
        const [, no] = person.buttons;
        if (said.includes('Good for one minute')) await refuse(person, no ?? '');
      }
    }
  }
  // Pictures, of those who asked for them.
  expect(server.photos.length).toBeGreaterThanOrEqual(people.length);
  for (const { png } of server.photos) expect(png.subarray(1, 4).toString()).toBe('PNG');
  // And a yes: the last word of the owner.
  const owner = new BotPerson(server, OWNER);
  await owner.ask('/kill');
  owner.press(owner.buttons[0] ?? '');
  await expect.poll(() => viewer.person.ask('/status'), PATIENCE).toContain('the kill switch is on');

  async function refuse(person: BotPerson, no: string): Promise<void> {
    const edits = () => server.calls.filter(({ method }) => method === 'editMessageText').length;
    const before = edits();
    person.press(no);
    await expect.poll(edits, PATIENCE).toBe(before + 1);
  }
});

/** One backtest at a time: what it came to is waited for. */
async function followed(person: BotPerson): Promise<void> {
  await expect.poll(() => person.told.at(-1), PATIENCE).toMatch(/^(<b>Backtest of ema-3m on RELIANCE, |No candles)/);
}

/** Nothing but answers is to be told here. */
const QUIET = Object.fromEntries(
  ['signal', 'denial', 'order', 'fill', 'trade', 'gtt', 'risk', 'system', 'summary'].map((kind) => [kind, 'off']),
);

/** One that is open now, by its symbol and its strategy. */
async function openPosition(person: BotPerson): Promise<string> {
  const told = await person.ask('/positions');
  const [, name = '', strategy = ''] = /\n(.+?) [+-][\d,]+ at .*\(([^,]+), /.exec(told) ?? [];
  return `${name.replace('&amp;', '&')} ${strategy}`;
}
