import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { StrategyId } from '../../src/core/ids.ts';
import { type CommandInbox, openCommandInbox } from '../../src/db/command-inbox.ts';
import { type AskedCommand, findAnswer, pendingCommands, sendCommand } from '../../src/db/postgres-commands.ts';
import type { Command } from '../../src/ports/engine-event.ts';
import { type TestDatabase, testDatabase } from '../support/test-database.ts';

const NAME = `signalman inbox ${process.pid}`;
const PATIENT = { timeout: 10_000 };

let opened: TestDatabase;
let database: { readonly url: string; readonly schema: string };
let inboxes: CommandInbox[];
beforeAll(async () => {
  opened = await testDatabase();
  const url = new URL(opened.database.url);
  url.searchParams.set('application_name', NAME);
  database = { url: url.href, schema: opened.schema };
});
beforeEach(async () => {
  inboxes = [];
  await opened.database.sql`truncate commands`;
});
afterEach(() => Promise.all(inboxes.map((inbox) => inbox.close())));
afterAll(() => opened.close());

interface Heard {
  readonly commands: AskedCommand[];
  readonly troubles: string[];
}

async function listen(answer: (command: AskedCommand) => Promise<string> = async () => 'done'): Promise<Heard> {
  const heard: Heard = { commands: [], troubles: [] };
  const inbox = await openCommandInbox({
    database,
    onCommand: (command) => {
      heard.commands.push(command);
      return answer(command);
    },
    onTrouble: (text) => heard.troubles.push(text),
  });
  inboxes.push(inbox);
  return heard;
}

function send(command: Command, strategyId: string | null = null): Promise<number> {
  return sendCommand(opened.database, { command, strategyId: strategyId as StrategyId | null, askedBy: 'test' });
}

/** Ends what the inbox is connected by, as a restart of the server does. */
async function cutConnections(): Promise<void> {
  await opened.database.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${NAME}`;
}

const names = ({ commands }: Heard): readonly AskedCommand['command'][] => commands.map(({ command }) => command);

describe('the inbox of commands', () => {
  test('hands a command on and keeps the answer for who asked', async () => {
    const heard = await listen(async ({ command }) => `did "${command}"`);
    const id = await send('squareoff', 'ema-3m');
    await expect
      .poll(() => findAnswer(opened.database, id), PATIENT)
      .toMatchObject({
        ...{ isApplied: true, text: 'did "squareoff"', tookMs: expect.any(Number) },
      });
    expect(heard.commands).toMatchObject([{ id, command: 'squareoff', strategyId: 'ema-3m', askedBy: 'test' }]);
    expect(await pendingCommands(opened.database)).toEqual([]);
  });

  test('has applied what was asked before it is open', async () => {
    await send('kill');
    await send('squareoff');
    const heard = await listen();
    expect(names(heard)).toEqual(['kill', 'squareoff']);
    expect(await pendingCommands(opened.database)).toEqual([]);
    expect(names(await listen()), 'each once').toEqual([]);
  });

  test('does not open over a command that fails', async () => {
    await send('kill');
    await expect(listen(() => Promise.reject(new Error('no engine')))).rejects.toThrow('no engine');
    expect(names(await listen()), 'the next start').toEqual(['kill']);
  });

  test('keeps the order, one at a time', async () => {
    let running = 0;
    const heard = await listen(async () => {
      running += 1;
      expect(running).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 3));
      running -= 1;
      return 'done';
    });
    const asked: Command[] = Array.from({ length: 20 }, (_, index) => (index % 3 === 0 ? 'halt' : 'resume'));
    for (const command of asked) await send(command);
    await expect.poll(() => heard.commands.length, PATIENT).toBe(20);
    expect(names(heard)).toEqual(asked);
    expect(heard.troubles).toEqual([]);
  });

  test('hears on after its connections were cut', async () => {
    const heard = await listen();
    for (const command of ['halt', 'kill'] as const) {
      await cutConnections();
      const id = await send(command);
      await expect.poll(() => findAnswer(opened.database, id), PATIENT).toMatchObject({ isApplied: true });
    }
    expect(names(heard)).toEqual(['halt', 'kill']);
  });

  test('applies once what it could not mark at first', async () => {
    const heard = await listen(async () => {
      await cutConnections();
      return 'done';
    });
    const id = await send('halt');
    await expect.poll(() => findAnswer(opened.database, id), PATIENT).toMatchObject({ isApplied: true });
    expect(names(heard)).toEqual(['halt']);
  });

  test('tells of a command that fails, goes on with the next, and leaves it to the next start', async () => {
    const heard = await listen(({ command }) =>
      command === 'halt' ? Promise.reject(new Error('no engine')) : Promise.resolve('done'),
    );
    const failing = await send('halt');
    const id = await send('kill');
    await expect.poll(() => findAnswer(opened.database, id), PATIENT).toMatchObject({ isApplied: true });
    expect(await findAnswer(opened.database, failing)).toEqual({ isApplied: false, text: 'no engine', tookMs: null });
    expect(heard.troubles).toEqual(['Command "halt" failed: no engine']);
    expect(names(heard)).toEqual(['halt', 'kill']);
    expect(names(await listen())).toEqual(['halt']);
  });

  test('leaves to the next start what its end has cut off', async () => {
    let fail: (error: Error) => void = () => undefined;
    const heard = await listen(
      () =>
        new Promise((_, reject) => {
          fail = reject;
        }),
    );
    await send('kill');
    await expect.poll(() => heard.commands.length, PATIENT).toBe(1);
    const closing = inboxes[0]?.close();
    fail(new Error('stopped'));
    await closing;
    expect(heard.troubles).toEqual([]);
    expect(await pendingCommands(opened.database)).toMatchObject([{ command: 'kill' }]);
  });
});
