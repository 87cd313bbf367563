import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { TelegramApi } from '../../../../src/alerts/telegram/telegram-api.ts';
import { startConnectProxy } from '../../../support/connect-proxy.ts';
import { type FakeBotApi, startFakeBotApi } from '../../../support/fake-bot-api.ts';
import { startSocksProxy } from '../../../support/socks-proxy.ts';

const LOGIN = { user: 'asha', password: 'hunter2 @:/%' };
const ASHA = { id: 7, topic: null };
const WRITTEN = `${LOGIN.user}:${encodeURIComponent(LOGIN.password)}`;

async function openServer(): Promise<FakeBotApi> {
  const server = await startFakeBotApi();
  onTestFinished(() => server.close());
  return server;
}

describe.each([
  ['http', startConnectProxy],
  ['socks5', startSocksProxy],
] as const)('through a proxy of %s://', (scheme, startProxy) => {
  async function open(options: Parameters<typeof startProxy>[0] = {}) {
    const server = await openServer();
    const proxy = await startProxy(options);
    onTestFinished(() => proxy.close());
    // A name, so that it shows who looks it up.
    const apiRoot = server.url.replace('127.0.0.1', 'localhost');
    const apiBy = (login: string) =>
      new TelegramApi({ token: server.token, apiRoot, proxy: `${scheme}://${login}127.0.0.1:${proxy.port}` });
    return { server, proxy, apiBy, target: new URL(apiRoot).host };
  }

  it('calls go, and tunnels are used again', async () => {
    const { server, proxy, apiBy, target } = await open();
    const api = apiBy('');
    expect(await api.tell(ASHA, 'one')).toMatchObject({ kind: 'done' });
    expect(await api.tell(ASHA, 'two')).toMatchObject({ kind: 'done' });
    expect(await api.show(ASHA, Buffer.from('a picture'))).toMatchObject({ kind: 'done' });
    expect(server.messages.map(({ text }) => text)).toEqual(['one', 'two']);
    expect(proxy.tunnels).toEqual([target]);
  });

  it('user and password are given as they are written', async () => {
    const { server, apiBy } = await open({ login: LOGIN });
    expect(await apiBy(`${WRITTEN}@`).tell(ASHA, 'hello')).toMatchObject({ kind: 'done' });
    expect(server.messages).toHaveLength(1);
  });

  it.each(['', 'asha:hunter3@', `somebody:${encodeURIComponent(LOGIN.password)}@`])(
    'a login of "%s" is refused, and no password is said',
    async (login) => {
      const { server, proxy, apiBy } = await open({ login: LOGIN });
      const outcome = await apiBy(login).tell(ASHA, 'hello');
      const reason = expect.stringMatching(
        /^The proxy of TELEGRAM_PROXY asks for a user and password that it knows \(/,
      );
      expect(outcome).toEqual({ kind: 'transient', reason });
      expect(JSON.stringify(outcome)).not.toMatch(/hunter|somebody|AAFake/);
      expect([server.calls, proxy.tunnels]).toEqual([[], []]);
    },
  );

  it('says of a proxy that is not there where it was looked for', async () => {
    const { proxy, apiBy } = await open();
    await proxy.close();
    const outcome = await apiBy(`${WRITTEN}@`).tell(ASHA, 'hello');
    const where = `The proxy of TELEGRAM_PROXY (${scheme}://127.0.0.1:${proxy.port})`;
    expect(outcome).toMatchObject({ kind: 'transient', reason: expect.stringContaining(where) });
    expect(outcome).toMatchObject({ reason: expect.stringContaining('ECONNREFUSED') });
    expect(JSON.stringify(outcome)).not.toMatch(/hunter/);
  });

  it('says when the proxy opens no way', async () => {
    const { server, apiBy } = await open();
    await server.close();
    const outcome = await apiBy('').tell(ASHA, 'hello');
    expect(outcome).toMatchObject({ kind: 'transient', reason: expect.stringContaining('opens no way to Telegram') });
  });

  it('a proxy that does not answer is waited for no longer than Telegram is', async () => {
    const { proxy, apiBy } = await open();
    proxy.hang();
    const outcome = await apiBy('').call('getMe', {}, z.unknown(), { ms: 300 });
    expect(outcome.kind).toBe('transient');
  });
});
