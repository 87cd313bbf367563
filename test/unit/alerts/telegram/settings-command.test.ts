import { expect, test } from 'vitest';
import type { ControlDesk } from '../../../../src/alerts/telegram/control/bot-command.ts';
import { SETTINGS_COMMAND } from '../../../../src/alerts/telegram/control/settings-command.ts';
import { ALERT_KINDS, type AlertSettings } from '../../../../src/core/alert.ts';
import { type AlertWishes, NO_WISHES } from '../../../../src/ports/message-book.ts';

function open(configured: Partial<AlertSettings> = {}) {
  let wishes: AlertWishes = NO_WISHES;
  const on = Object.fromEntries(ALERT_KINDS.map((kind) => [kind, 'on'])) as AlertSettings;
  const alerts: ControlDesk['alerts'] = {
    configured: { ...on, ...configured },
    wishes: async () => wishes,
    setWishes: async (wanted) => {
      wishes = wanted;
    },
  };
  const ask = async (words: string): Promise<string> => {
    const reply = await SETTINGS_COMMAND.run(words === '' ? [] : words.split(' '), { alerts } as ControlDesk);
    return reply.kind === 'lines' ? reply.lines.map(({ text }) => text).join('\n') : JSON.stringify(reply);
  };
  return { ask, wishes: () => wishes };
}

test('a topic is set apart from its kind, and shown behind it', async () => {
  const { ask, wishes } = open();
  expect(await ask('trade/stop_loss silent')).toContain('\ntrade: on, but stop_loss silent\n');
  await ask('trade/target off');
  expect(wishes().kinds).toEqual({ 'trade/stop_loss': 'silent', 'trade/target': 'off' });
});

test('a kind that is set is set as a whole', async () => {
  const { ask, wishes } = open({ 'order/placed': 'off' });
  expect(await ask('')).toContain('\norder: on, but placed off\n');
  await ask('trade/target off');
  await ask('order/trailed silent');
  expect(await ask('order silent')).toContain('\norder: silent (configured: on)\n');
  expect(wishes().kinds).toEqual({ 'trade/target': 'off', order: 'silent' });
});

test('a topic that there is not is answered with those that there are', async () => {
  const { ask, wishes } = open();
  expect(await ask('trade/stop on')).toContain(
    'one of trade, trade/signal, trade/stop_loss, trade/target, trade/square_off, trade/end_of_data, found \\"trade/stop\\"',
  );
  expect(await ask('toString on')).toContain('expected \\"quiet\\" or one of signal, denial');
  expect(wishes()).toEqual(NO_WISHES);
});
