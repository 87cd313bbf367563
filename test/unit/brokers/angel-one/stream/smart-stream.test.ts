import { afterEach, describe, expect, it } from 'vitest';
import { SmartStream, type SmartStreamOptions } from '../../../../../src/brokers/angel-one/stream/smart-stream.ts';
import { TokenBook } from '../../../../../src/brokers/angel-one/token-book.ts';
import type { Tick } from '../../../../../src/core/tick.ts';
import type { FeedEvent } from '../../../../../src/ports/market-feed.ts';
import { frameOf, idOf, listed } from './listed.ts';
import { CountingTokens, rest, StreamServer, until, wallClock } from './stream-server.ts';

const BOOK = new TokenBook(
  Array.from({ length: 12 }, (_, i) => listed('NSE', String(100 + i))).concat(listed('NFO', '54321', 'OPTION')),
);
const IDS = [...BOOK.all()].map(({ instrument }) => instrument.id);
const [FIRST = idOf('NSE', '100'), SECOND = idOf('NSE', '101')] = IDS;
const FAST = {
  pingMs: 30,
  deadLinkMs: 150,
  connectMs: 300,
  shortestBackOffMs: 10,
  longestBackOffMs: 60,
  refusedBackOffMs: 60,
  stableMs: 40,
  closeMs: 100,
  firstTickMs: 80,
};

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

async function serve(): Promise<StreamServer> {
  const server = await StreamServer.start();
  opened.push({ close: () => server.stop() });
  return server;
}

function connect(server: { readonly url: string }, changes: Partial<SmartStreamOptions> = {}) {
  const ticks: Tick[] = [];
  const events: FeedEvent[] = [];
  const story: string[] = [];
  const tokens = new CountingTokens();
  const stream = new SmartStream({
    url: server.url,
    credentials: { clientCode: 'X1234', apiKey: 'secret-key' },
    tokens,
    book: BOOK,
    listener: {
      onTick: (tick) => {
        ticks.push(tick);
        story.push(`tick ${tick.sequence}`);
      },
      onEvent: (event) => {
        events.push(event);
        story.push(event.type);
      },
    },
    clock: wallClock,
    timings: FAST,
    random: () => 0.5,
    ...changes,
  });
  opened.push(stream);
  const count = (type: FeedEvent['type']) => events.filter((event) => event.type === type).length;
  return { stream, ticks, events, story, tokens, count };
}

const packet = (token: string, sequence: number) => frameOf({ mode: 3, exchangeType: 1, token, sequence });

describe('SmartStream', () => {
  it('logs in with all four headers, uncompressed, and pings', async () => {
    const server = await serve();
    const { stream } = connect(server);
    stream.subscribe([FIRST]);
    await until(() => (server.served[0]?.pings ?? 0) >= 3, 'pings');
    expect(server.served[0]?.headers).toMatchObject({
      authorization: 'Bearer secret-jwt-1',
      'x-api-key': 'secret-key',
      'x-client-code': 'X1234',
      'x-feed-token': 'secret-feed-1',
    });
    expect(server.served[0]?.extensions).toBeUndefined();
  });

  it('opens no connection before something is wanted', async () => {
    const server = await serve();
    connect(server).stream.subscribe([]);
    await rest(50);
    expect(server.upgrades).toBe(0);
  });

  it('tells ticks in the order of their packets', async () => {
    const server = await serve();
    const { stream, ticks, events } = connect(server);
    stream.subscribe([FIRST, SECOND]);
    await until(() => server.served[0]?.tokens.size === 2, 'subscriptions');
    for (let i = 1; i <= 200; i++) server.served[0]?.socket.send(packet(i % 2 ? '100' : '101', i));
    await until(() => ticks.length === 200, 'ticks');
    expect(ticks.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    expect(events.map(({ type }) => type)).toEqual(['connected']);
  });

  it('subscribes anew after a break and tells the gap before the first tick behind it', async () => {
    const server = await serve();
    const { stream, ticks, story, events, count } = connect(server);
    stream.subscribe([FIRST, SECOND]);
    await until(() => server.served[0]?.tokens.size === 2, 'subscriptions');
    server.onRequest = ({ socket }) => socket.send(packet('100', 2));
    server.served[0]?.socket.send(packet('100', 1));
    await until(() => ticks.length === 1, 'a tick');
    const heard = Date.now();
    await rest(20);
    server.served[0]?.raw.destroy();
    await until(() => ticks.length === 2, 'a tick after the break');
    expect(count('gap')).toBe(1);
    expect(story.filter((each) => each !== 'silent')).toEqual([
      'connected',
      'tick 1',
      'disconnected',
      'connected',
      'gap',
      'tick 2',
    ]);
    const gap = events.find((event) => event.type === 'gap');
    expect(gap).toMatchObject({ instrumentIds: [FIRST, SECOND] });
    if (gap?.type !== 'gap') return;
    expect(Math.abs(gap.from - heard), 'the gap begins with the last frame').toBeLessThan(40);
    expect(gap.to).toBeGreaterThanOrEqual(gap.from);
    expect([...(server.served[1]?.tokens ?? [])]).toEqual(['1|100', '1|101']);
  });

  it('ends a socket on which nothing comes any more, and dates the gap to the last frame', async () => {
    const server = await serve();
    const { stream, events, count } = connect(server);
    stream.subscribe([FIRST]);
    await until(() => (server.served[0]?.pings ?? 0) >= 2, 'pings');
    server.isMute = true;
    const muted = Date.now();
    await until(() => count('disconnected') === 1, 'the end of the half-open socket');
    server.isMute = false;
    await until(() => count('gap') === 1, 'a gap');
    const down = events.find((event) => event.type === 'disconnected');
    expect(down).toMatchObject({
      instrumentIds: [FIRST],
      reason: 'market stream 1: nothing was heard for 150 ms',
    });
    const gap = events.find((event) => event.type === 'gap');
    if (gap?.type !== 'gap' || down?.type !== 'disconnected') throw new Error('Expected both');
    expect(down.since, 'the outage begins where its gap will').toBe(gap.from);
    expect(gap.from).toBeLessThan(muted + 60);
    expect(down.time - gap.from).toBeGreaterThanOrEqual(140);
  });

  it('takes protocol pongs with any payload for a sign of life', async () => {
    const server = await serve();
    const { stream, count } = connect(server);
    stream.subscribe([FIRST]);
    await until(() => server.live.length === 1, 'a connection');
    server.isMute = true;
    const heart = setInterval(() => server.live[0]?.socket.pong('\0'), 30);
    opened.push({ close: async () => clearInterval(heart) });
    await rest(400);
    expect(count('disconnected')).toBe(0);
  });

  it('spreads over connections, and the death of one leaves the others alone', async () => {
    const server = await serve();
    const { stream, ticks, events, count } = connect(server, { limits: { tokensPerConnection: 4 } });
    stream.subscribe(IDS.slice(0, 12));
    await until(
      () => server.live.length === 3 && server.live.every(({ tokens }) => tokens.size === 4),
      'three connections',
    );
    const victim = server.live.find(({ tokens }) => tokens.has('1|104'));
    const others = server.live.filter((each) => each !== victim);
    victim?.raw.destroy();
    for (const { socket, tokens } of others) for (const each of tokens) socket.send(packet(each.slice(2), 1));
    await until(() => ticks.length === 8 && count('gap') === 1, 'ticks of the others');
    expect(events.find((event) => event.type === 'gap')).toMatchObject({ instrumentIds: IDS.slice(4, 8) });
    expect(events.filter(({ type }) => type === 'disconnected')).toMatchObject([{ instrumentIds: IDS.slice(4, 8) }]);
    expect(others.every(({ socket }) => socket.readyState === socket.OPEN)).toBe(true);
    expect(server.served.length).toBe(4);
  });

  it('asks for new tokens once when all connections are turned away, and backs off', async () => {
    const server = await serve();
    server.admit = ({ headers }) => (headers['x-feed-token'] === 'secret-feed-1' ? 401 : undefined);
    const { stream, tokens, count } = connect(server, { limits: { tokensPerConnection: 4 } });
    stream.subscribe(IDS.slice(0, 12));
    await until(() => server.live.length === 3, 'three connections');
    expect(tokens.made, 'one new login for three refusals').toBe(2);
    expect(tokens.invalidated.map(({ jwt }) => jwt)).toEqual(Array(3).fill('secret-jwt-1'));
    expect(server.upgrades).toBe(6);
    expect(count('refused')).toBe(0);
  });

  it('tells a person once when the door stays shut, and gets in when it opens', async () => {
    const server = await serve();
    server.admit = () => 401;
    const { stream, events, count, tokens } = connect(server, { limits: { tokensPerConnection: 4 } });
    stream.subscribe(IDS.slice(0, 12));
    await until(() => count('refused') > 0, 'a refusal');
    await rest(200);
    expect(events.filter(({ type }) => type === 'refused')).toMatchObject([
      { reason: expect.stringMatching(/^the broker answered 401: Invalid Feed Token\. New logins .* ANGEL_API_KEY/) },
    ]);
    expect(count('disconnected'), 'once per connection').toBe(3);
    expect(server.upgrades, 'no storm: at most one try per 30 ms and connection').toBeLessThan(3 * 14);
    expect(tokens.made).toBeLessThanOrEqual(server.upgrades + 1);
    server.admit = () => undefined;
    await until(() => server.live.length === 3, 'three connections');
    await until(() => count('gap') === 3, 'what was missed since it was wanted');
  });

  it.each([
    [403, /ANGEL_CLIENT_CODE and ANGEL_API_KEY/, true],
    [429, /three connections a stream: end other programs/, false],
    [404, /address has changed/, false],
  ])('says what to do when it is answered %s', async (status, advice, isOfTokens) => {
    const server = await serve();
    server.admit = () => status;
    const { stream, events, count, tokens } = connect(server);
    stream.subscribe([FIRST]);
    await until(() => count('refused') === 1, 'a refusal');
    expect(events.find(({ type }) => type === 'refused')).toMatchObject({ reason: expect.stringMatching(advice) });
    expect(tokens.made > 1, 'only bad tokens cost a login').toBe(isOfTokens);
    server.admit = () => undefined;
    await until(() => server.live.length === 1, 'a connection');
  });

  it('takes a broker in trouble for no shut door', async () => {
    const server = await serve();
    server.admit = () => 503;
    const { stream, events, count, tokens } = connect(server);
    stream.subscribe([FIRST]);
    await until(() => server.upgrades > 5, 'tries');
    expect([count('disconnected'), count('refused'), tokens.made]).toEqual([1, 0, 1]);
    expect(events[0]).toMatchObject({ instrumentIds: [FIRST], reason: expect.stringContaining('503') });
  });

  it('tries ever more rarely at a door that stays shut', async () => {
    const server = await serve();
    server.admit = () => 401;
    const { stream, tokens } = connect(server, { timings: { ...FAST, refusedBackOffMs: 40 } });
    stream.subscribe([FIRST]);
    // 7 + 15 ms, then 40, 80, 160, 320 and 640 ms between tries.
    await rest(1_000);
    expect(server.upgrades).toBeGreaterThanOrEqual(5);
    expect(server.upgrades).toBeLessThanOrEqual(8);
    expect(tokens.invalidated.length).toBe(server.upgrades);
  });

  it('goes on asking a token source that fails, and says so after a while', async () => {
    const server = await serve();
    const { stream, tokens, events, count } = connect(server);
    tokens.failure = new Error('Angel One refused the login: Invalid totp');
    stream.subscribe([FIRST]);
    await until(() => count('refused') === 1, 'a refusal');
    expect(events).toMatchObject([
      { type: 'disconnected' },
      { type: 'refused', reason: 'Angel One refused the login: Invalid totp' },
    ]);
    tokens.failure = undefined;
    await until(() => server.live.length === 1, 'a connection');
  });

  it('does not storm a broker that takes it in only to throw it out', async () => {
    const server = await serve();
    const { stream, count } = connect(server, {
      timings: { ...FAST, shortestBackOffMs: 20, longestBackOffMs: 1_000, stableMs: 500 },
    });
    server.onRequest = ({ socket }) => socket.close(1008);
    stream.subscribe([FIRST]);
    await rest(500);
    // 15 + 30 + 60 + 120 + 240 ms of waiting.
    expect(server.upgrades).toBeLessThanOrEqual(6);
    expect(count('disconnected')).toBeGreaterThanOrEqual(3);
  });

  it('comes back when the server does', async () => {
    const server = await StreamServer.start();
    const { port } = server;
    const { stream, count } = connect(server);
    stream.subscribe([FIRST]);
    await until(() => server.live.length === 1, 'a connection');
    await server.stop();
    await until(() => count('disconnected') === 1, 'the break');
    await rest(100);
    expect(count('disconnected'), 'failed tries are one outage').toBe(1);
    const again = await StreamServer.start(port);
    opened.unshift({ close: () => again.stop() });
    await until(() => count('connected') === 2, 'the second link');
  });

  it('survives a server that dies in the middle of a frame', async () => {
    const server = await serve();
    const { stream, ticks, count } = connect(server);
    stream.subscribe([FIRST]);
    await until(() => server.live.length === 1, 'a connection');
    const frame = packet('100', 1);
    server.served[0]?.raw.write(
      Buffer.concat([Buffer.from([0x82, 0x7e, frame.length >> 8, frame.length & 0xff]), frame.subarray(0, 200)]),
    );
    await rest(20);
    server.served[0]?.raw.destroy();
    await until(() => count('connected') === 2, 'the second link');
    expect(ticks).toEqual([]);
    server.live[0]?.socket.send(packet('100', 2));
    await until(() => ticks.length === 1, 'a tick');
  });

  it('counts malformed packets and texts and lives on', async () => {
    const server = await serve();
    const { stream, ticks } = connect(server);
    stream.subscribe([FIRST]);
    await until(() => server.live.length === 1, 'a connection');
    const { socket } = server.live[0] ?? {};
    for (const data of [
      Buffer.alloc(0),
      Buffer.from([0]),
      Buffer.alloc(379, 0xff),
      packet('999', 1),
      packet('100', 1).subarray(0, 300),
    ])
      socket?.send(data);
    for (const text of ['hello', '{"broken":', '{}', '\0', '', 'pong']) socket?.send(text);
    socket?.send(packet('100', 2));
    await until(() => ticks.length === 1, 'a tick');
    expect(stream.refusals).toMatchObject({ 'too-short': 3, 'unknown-mode': 1, 'unknown-token': 1 });
    expect(stream.counts).toEqual({ unwanted: 0, errorFrames: 0, strayTexts: 3 });
    expect(server.upgrades).toBe(1);
  });

  it('unsubscribes and tells no tick that is not wanted any more', async () => {
    const server = await serve();
    const { stream, ticks } = connect(server);
    stream.subscribe([FIRST, SECOND]);
    await until(() => server.served[0]?.tokens.size === 2, 'subscriptions');
    stream.unsubscribe([FIRST]);
    server.served[0]?.socket.send(packet('100', 1));
    server.served[0]?.socket.send(packet('101', 2));
    await until(() => ticks.length === 1 && server.served[0]?.tokens.size === 1, 'the end of a subscription');
    expect(ticks[0]?.instrumentId).toBe(SECOND);
    expect(stream.counts.unwanted).toBe(1);
    expect(server.served[0]?.requests.at(-1)).toMatchObject({
      action: 0,
      params: { mode: 3, tokenList: [{ exchangeType: 1, tokens: ['100'] }] },
    });
  });

  it('names what gave no first tick in time, once', async () => {
    const server = await serve();
    const { stream, events, count } = connect(server);
    stream.subscribe([FIRST, SECOND]);
    await until(() => server.served[0]?.tokens.size === 2, 'subscriptions');
    server.served[0]?.socket.send(packet('100', 1));
    await until(() => count('silent') === 1, 'the alarm');
    await rest(200);
    expect(events.filter(({ type }) => type === 'silent')).toMatchObject([{ instrumentIds: [SECOND] }]);
  });

  it('names what is not in the instrument list and what has no room', async () => {
    const server = await serve();
    const { stream, events } = connect(server, { limits: { connections: 1, tokensPerConnection: 2 } });
    stream.subscribe([idOf('NSE', 'NONE'), ...IDS.slice(0, 3)]);
    expect(events).toMatchObject([
      { type: 'silent', instrumentIds: ['NSE:NONE'] },
      { type: 'silent', instrumentIds: [IDS[2]] },
    ]);
    await until(() => server.live.length === 1, 'a connection');
  });

  it('moves what a connection has no room for to another, and names what has no room at all', async () => {
    const server = await serve();
    server.onRequest = ({ socket, tokens }, { correlationID: correlationId, action, params }) => {
      if (action === 0 || tokens.size <= 3) return;
      for (const { exchangeType, tokens: asked } of params.tokenList)
        for (const token of asked) tokens.delete(`${exchangeType}|${token}`);
      socket.send(
        JSON.stringify({
          correlationID: correlationId,
          errorCode: 'E1002',
          errorMessage: 'Subscription limit exceeded',
        }),
      );
    };
    const { stream, events, count } = connect(server, {
      limits: { connections: 2, tokensPerConnection: 6, tokensPerRequest: 3 },
    });
    stream.subscribe(IDS.slice(0, 9));
    await until(() => count('silent') > 0 && server.live.length === 2, 'what was shed');
    await until(() => server.live.every(({ tokens }) => tokens.size === 3), 'both at their limits');
    const shed = events.flatMap((event) =>
      event.type === 'silent' && event.reason?.includes('no room') ? event.instrumentIds : [],
    );
    expect(shed.length).toBe(3);
    const served = server.live.flatMap(({ tokens }) => [...tokens].map((each) => `NSE:${each.slice(2)}`));
    expect([...served, ...shed].sort()).toEqual(IDS.slice(0, 9).sort());
  });

  it('reports a request that the broker does not understand', async () => {
    const server = await serve();
    server.onRequest = ({ socket }, { correlationID: correlationId }) =>
      socket.send(
        JSON.stringify({ correlationID: correlationId, errorCode: 'E1001', errorMessage: 'Invalid Request Payload' }),
      );
    const { stream, events, count } = connect(server);
    stream.subscribe([FIRST]);
    await until(() => count('silent') > 0, 'the report');
    expect(events.find(({ type }) => type === 'silent')).toMatchObject({
      instrumentIds: [FIRST],
      reason: 'the broker refused the subscription: Invalid Request Payload (E1001)',
    });
  });

  it('says nothing of headers and tokens, whatever goes wrong', async () => {
    const server = await serve();
    const { stream, events, count, tokens } = connect(server);
    tokens.invalidate({ jwt: 'secret-jwt-1', refresh: '', feed: '' });
    tokens.tokens = async () => ({ jwt: 'secret-jwt\n-bad', refresh: '', feed: 'secret-feed' });
    stream.subscribe([FIRST]);
    await until(() => count('disconnected') === 1, 'the failure');
    server.admit = () => 503;
    tokens.tokens = async () => ({ jwt: 'secret-jwt', refresh: '', feed: 'Invalid Feed Token' });
    await until(() => server.upgrades > 2, 'tries');
    expect(JSON.stringify(events)).not.toMatch(/secret|Invalid Feed Token/);
  });

  it('closes while connecting, leaving nothing behind', async () => {
    const server = await serve();
    server.isDeaf = true;
    const { stream, events } = connect(server);
    stream.subscribe([FIRST]);
    await until(() => server.upgrades === 1, 'an upgrade request');
    await stream.close();
    await until(() => server.openRawSockets === 0, 'the end of the socket');
    await rest(100);
    expect(server.upgrades).toBe(1);
    expect(events).toEqual([]);
  });

  it('closes while it waits for tokens or for another try', async () => {
    const server = await serve();
    const { stream, tokens } = connect(server);
    tokens.tokens = () => new Promise(() => {});
    stream.subscribe([FIRST]);
    await stream.close();
    server.admit = () => 503;
    const second = connect(server, { timings: { ...FAST, shortestBackOffMs: 60_000, longestBackOffMs: 60_000 } });
    second.stream.subscribe([FIRST]);
    await until(() => second.count('disconnected') === 1, 'the failure');
    await second.stream.close();
    expect(server.upgrades).toBe(1);
  });

  it('says good-bye, does not wait for an answer for ever, and can not be used again', async () => {
    const server = await serve();
    const { stream, count } = connect(server);
    stream.subscribe([FIRST]);
    await until(() => count('connected') === 1, 'a connection');
    const code = new Promise((resolve) => server.served[0]?.socket.on('close', resolve));
    await stream.close();
    expect(await code).toBe(1000);
    await stream.close();
    expect(() => stream.subscribe([SECOND])).toThrow('closed');

    const second = connect(server);
    second.stream.subscribe([FIRST]);
    await until(() => second.count('connected') === 1, 'a connection');
    server.live[0]?.raw.pause();
    await second.stream.close();
    expect(count('disconnected') + second.count('disconnected')).toBe(0);
  });

  it('gives up on an upgrade that is not answered', async () => {
    const server = await serve();
    server.isDeaf = true;
    const { stream, events, count } = connect(server);
    stream.subscribe([FIRST]);
    await until(() => count('disconnected') === 1, 'the time-out');
    expect(events[0]).toMatchObject({ reason: 'market stream 1: no answer within 300 ms' });
    server.isDeaf = false;
    await until(() => count('connected') === 1, 'a connection');
  });
});
