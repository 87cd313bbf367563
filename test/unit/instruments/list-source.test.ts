import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type ListBytes, openSource, sourceName } from '../../../src/instruments/list-source.ts';
import { ist } from '../../support/fixed-calendar.ts';
import { listServer } from '../../support/instrument-list.ts';

const NOW = ist('2026-11-20', '08:30');
const PATIENCE_MS = 150;

async function textOf({ bytes }: ListBytes, restMs = 0): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of bytes) {
    text += decoder.decode(chunk, { stream: true });
    await sleep(restMs);
  }
  return text;
}

describe('an address', () => {
  it('that says nothing at all, or nothing more, is given up in a line', async () => {
    const mute = await listServer(() => undefined);
    await expect(openSource({ kind: 'address', url: mute.url }, NOW, PATIENCE_MS)).rejects.toThrow(
      `The list of instruments at ${mute.url} can not be reached (no answer within 0.15 s): look at the network, or try again later`,
    );
    const stuck = await listServer((response) => void response.write('[{"token"'));
    const source = await openSource({ kind: 'address', url: stuck.url }, NOW, PATIENCE_MS);
    await expect(textOf(source)).rejects.toThrow(`${stuck.url} broke off (nothing came for 0.15 s): try again`);
  });

  it('is not called silent while its reader takes time', async () => {
    const { url } = await listServer((response) => response.end('[]'));
    const source = await openSource({ kind: 'address', url }, NOW, PATIENCE_MS);
    expect(await textOf(source, 2 * PATIENCE_MS)).toBe('[]');
  });

  it('that nobody serves is named', async () => {
    const url = 'http://127.0.0.1:9/list.json';
    await expect(openSource({ kind: 'address', url }, NOW)).rejects.toMatchObject({ name: 'UnavailableError' });
  });

  it.each([
    ['Thu, 19 Nov 2026 02:40:00 GMT', ist('2026-11-19', '08:10')],
    ['Sat, 21 Nov 2026 02:40:00 GMT', null],
    ['some day', null],
  ])('that was changed on "%s" is of then, if that can be', async (header, givenTime) => {
    const { url } = await listServer((response) => response.writeHead(200, { 'last-modified': header }).end('[]'));
    const source = await openSource({ kind: 'address', url }, NOW);
    expect(source).toMatchObject({ listTime: NOW, givenTime });
    await textOf(source);
  });

  it('is named without user, password and query', () => {
    const url = 'https://me:s3cret@broker.test/files/list.json?key=s3cret#s3cret';
    expect(sourceName({ kind: 'address', url })).toBe('https://broker.test/files/list.json');
  });
});
