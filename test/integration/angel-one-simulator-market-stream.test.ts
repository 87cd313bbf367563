import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { TEST_ACCOUNT } from '../support/angel-one-client.ts';
import { CALL, INFY, NIFTY, openTestDesk, type TestDesk } from '../support/angel-one-simulator.ts';

interface Listener {
  readonly socket: WebSocket;
  /** Packets as mode, exchange type and token. */
  readonly packets: string[];
  readonly texts: string[];
  ask(mode: number, exchangeType: number, tokens: readonly string[], action?: number, correlationID?: string): void;
  /** Everything sent before has been answered. */
  caughtUp(): Promise<void>;
}

const headersOf = ({ client }: TestDesk) => ({
  authorization: `Bearer ${client.jwt}`,
  'x-api-key': TEST_ACCOUNT.apiKey,
  'x-client-code': TEST_ACCOUNT.clientCode,
  'x-feed-token': client.feedToken,
});

async function listen(desk: TestDesk, url: string = desk.simulator.endpoints.marketStream, headers = headersOf(desk)) {
  const socket = new WebSocket(url, { headers });
  onTestFinished(() => socket.terminate());
  const packets: string[] = [];
  const texts: string[] = [];
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) texts.push(String(data));
    else packets.push(`${data[0]}|${data[1]}|${data.subarray(2, 27).toString('latin1').replaceAll('\0', '')}`);
  });
  await once(socket, 'open');
  const listener: Listener = {
    ...{ socket, packets, texts },
    ask: (mode, exchangeType, tokens, action = 1, correlationID = 'abc1234567') =>
      socket.send(JSON.stringify({ correlationID, action, params: { mode, tokenList: [{ exchangeType, tokens }] } })),
    async caughtUp() {
      const before = texts.filter((text) => text === 'pong').length;
      socket.send('ping');
      await expect.poll(() => texts.filter((text) => text === 'pong').length).toBe(before + 1);
    },
  };
  return listener;
}

async function refusal(desk: TestDesk, headers: Readonly<Record<string, string>>, query = '') {
  const socket = new WebSocket(`${desk.simulator.endpoints.marketStream}${query}`, { headers });
  socket.on('error', () => undefined);
  onTestFinished(() => socket.terminate());
  const letIn = once(socket, 'open').then(() => Promise.reject(new Error('Expected a refusal, found an open door')));
  const [, response] = await Promise.race([once(socket, 'unexpected-response'), letIn]);
  response.destroy();
  return [response.statusCode, response.headers['x-error-message']];
}

describe("the simulated broker's market stream", () => {
  it('gives the last known state of what is asked for, once a token and mode, and its prints after it', async () => {
    const desk = await openTestDesk();
    const { market, infy } = desk;
    const { token } = infy;
    const listener = await listen(desk);
    listener.ask(3, 1, [token, token]);
    listener.ask(3, 1, [token]);
    listener.ask(1, 1, [token]);
    await listener.caughtUp();
    expect(listener.packets).toEqual([`3|1|${token}`, `1|1|${token}`]);
    await market.print(infy, 1_501);
    await listener.caughtUp();
    expect(listener.packets.slice(2).sort()).toEqual([`1|1|${token}`, `3|1|${token}`]);
    listener.ask(3, 1, [token], 0);
    listener.ask(2, 1, [token, 'never-asked-for'], 0);
    await listener.caughtUp();
    await market.print(infy, 1_502);
    await listener.caughtUp();
    expect(listener.packets.slice(4)).toEqual([`1|1|${token}`]);
    expect(listener.texts.every((text) => text === 'pong')).toBe(true);
  });

  it('is silent about segments and tokens that do not exist', async () => {
    const desk = await openTestDesk();
    const listener = await listen(desk);
    listener.ask(3, 1, ['no-such-token']);
    listener.ask(3, 9, [desk.infy.token]);
    // A token of shares is none of derivatives.
    listener.ask(3, 2, [desk.infy.token]);
    await listener.caughtUp();
    expect([listener.packets, listener.texts]).toEqual([[], ['pong']]);
  });

  it('carries a thousand pairs, and refuses a request that goes beyond them as a whole', async () => {
    const desk = await openTestDesk();
    const listener = await listen(desk);
    const made = Array.from({ length: 999 }, (_, i) => `made-up-${i}`);
    listener.ask(3, 1, made);
    listener.ask(3, 1, made);
    await listener.caughtUp();
    listener.ask(3, 1, [desk.infy.token, 'one-too-many'], 1, 'beyond0001');
    await listener.caughtUp();
    expect(listener.texts.slice(1, -1).map((text) => JSON.parse(text))).toEqual([
      { correlationID: 'beyond0001', errorCode: 'E1002', errorMessage: expect.stringContaining('Limit Exceeded') },
    ]);
    expect(listener.packets).toEqual([]);
    listener.ask(3, 1, ['made-up-0'], 0);
    listener.ask(3, 1, [desk.infy.token]);
    await listener.caughtUp();
    expect(listener.packets).toEqual([`3|1|${desk.infy.token}`]);
  });

  it.each([
    ['no JSON', '{', ''],
    ['an unknown action', '{"correlationID":"q1","action":2,"params":{"mode":1,"tokenList":[]}}', 'q1'],
    ['a mode that was withdrawn', '{"correlationID":"q2","action":1,"params":{"mode":4,"tokenList":[]}}', 'q2'],
    [
      'tokens that are numbers',
      '{"action":1,"params":{"mode":1,"tokenList":[{"exchangeType":1,"tokens":[1594]}]}}',
      '',
    ],
  ])('answers %s with E1001 and lives on', async (_, text, correlationID) => {
    const desk = await openTestDesk();
    const listener = await listen(desk);
    listener.socket.send(text);
    listener.socket.send(Buffer.of(1, 2, 3));
    await listener.caughtUp();
    expect(listener.texts.slice(0, -1).map((each) => JSON.parse(each))).toMatchObject([
      { correlationID, errorCode: 'E1001' },
      { correlationID: '', errorCode: 'E1001' },
    ]);
    listener.ask(1, 1, [desk.infy.token]);
    await listener.caughtUp();
    expect(listener.packets).toHaveLength(1);
  });

  it('answers a protocol ping with a single zero byte, whatever it carried', async () => {
    const desk = await openTestDesk();
    const { socket } = await listen(desk);
    socket.ping('ours');
    const [payload] = await once(socket, 'pong');
    expect(payload).toEqual(Buffer.of(0));
  });

  it('names what is wrong with the credentials, takes them in the query, and can do without two of them', async () => {
    const desk = await openTestDesk();
    const good = headersOf(desk);
    expect(await refusal(desk, { ...good, 'x-client-code': 'X9' })).toEqual([401, 'Invalid Client Code']);
    expect(await refusal(desk, { ...good, 'x-feed-token': 'stale' })).toEqual([401, 'Invalid Feed Token']);
    expect(await refusal(desk, { ...good, 'x-api-key': 'other' })).toEqual([401, 'Invalid API Key']);
    expect(await refusal(desk, { ...good, authorization: 'Bearer stale' })).toEqual([401, 'Invalid Auth Token']);
    expect(await refusal(desk, {})).toEqual([401, 'Invalid Client Code']);
    const { clientCode, apiKey } = TEST_ACCOUNT;
    const query = new URLSearchParams({ clientCode, feedToken: desk.client.feedToken, apiKey });
    const none = {} as ReturnType<typeof headersOf>;
    const browser = await listen(desk, `${desk.simulator.endpoints.marketStream}?${query}`, none);
    browser.ask(1, 1, [desk.infy.token]);
    await browser.caughtUp();
    expect(browser.packets).toHaveLength(1);
  });

  it('has three connections a client; one that is half open counts until it is gone', async () => {
    const desk = await openTestDesk();
    const listeners = [await listen(desk), await listen(desk), await listen(desk)];
    expect(await refusal(desk, headersOf(desk))).toEqual([429, 'Connection Limit Exceeded']);
    const first = desk.simulator.streamCounters.connections[0]?.id ?? 0;
    desk.simulator.streamFaults.halfOpen({ connection: first });
    // What it still sends is never read, nor is its end.
    listeners[0]?.socket.send('ping');
    listeners[0]?.socket.terminate();
    expect((await refusal(desk, headersOf(desk)))[0]).toBe(429);
    desk.simulator.streamFaults.drop('reset', { connection: first });
    await expect.poll(() => desk.simulator.streamCounters.connections[0]?.isOpen).toBe(false);
    await listen(desk);
    // Each carries its own: what one asked for, the others do not get.
    listeners[1]?.ask(1, 1, [desk.infy.token]);
    await listeners[1]?.caughtUp();
    expect([listeners[1]?.packets.length, listeners[2]?.packets.length]).toEqual([1, 0]);
  });

  it('encodes each print in the mode that was asked for, indices without volume', async () => {
    const desk = await openTestDesk();
    const { market } = desk;
    await market.print(market.listing(NIFTY.id), 26_000);
    await market.print(market.listing(CALL.id), 180, 75);
    const listener = await listen(desk);
    const lengths: number[] = [];
    listener.socket.on('message', (data: Buffer, isBinary) => isBinary && lengths.push(data.length));
    listener.ask(1, 1, [market.listing(NIFTY.id).token]);
    listener.ask(2, 1, [market.listing(INFY.id).token]);
    listener.ask(3, 2, [market.listing(CALL.id).token]);
    await listener.caughtUp();
    expect(lengths).toEqual([51, 123, 379]);
  });
});
