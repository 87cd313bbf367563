import { expect, it } from 'vitest';
import { LOGS_COMMAND } from '../../../../../src/alerts/telegram/control/logs-command.ts';
import { buildDesk, textOf } from '../../../../support/build-desk.ts';

const LINES = Array.from({ length: 100 }, (_, index) => `09:20:01 info line ${index}`);
const desk = buildDesk({ logLines: (most) => LINES.slice(-most) });
const ask = async (...args: readonly string[]) => textOf(await LOGS_COMMAND.run(args, desk));

it('shows the latest twenty lines, or as many as are asked for', async () => {
  expect(await ask()).toBe(['Log: the latest 20', ...LINES.slice(-20)].join('\n'));
  expect(await ask('1')).toBe('Log: the latest 1\n09:20:01 info line 99');
  expect((await ask('100')).split('\n')).toHaveLength(101);
});

it.each(['0', '101', '-1', '1e1', 'all', '1.5', '99999999999'])('takes no %s', async (text) => {
  expect(await ask(text)).toBe(`misread: expected a number from 1 to 100, found "${text}"`);
});

it('takes nothing behind the number, and says when there is nothing', async () => {
  expect(await ask('5', '6')).toContain('misread: ');
  expect(textOf(await LOGS_COMMAND.run([], buildDesk()))).toBe('Log: nothing since the start');
});

it('is for the owner', () => {
  expect(LOGS_COMMAND.role).toBe('owner');
});
