import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateSync } from 'otplib';
import { expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { FrameDecoder } from '../../src/brokers/angel-one/stream/decode-frame.ts';
import { SEGMENTS, TokenBook } from '../../src/brokers/angel-one/token-book.ts';
import type { Tick } from '../../src/core/tick.ts';
import { MINUTE_MS } from '../../src/core/time.ts';
import { TEST_ACCOUNT } from '../support/angel-one-client.ts';
import { openTestDesk } from '../support/angel-one-simulator.ts';
import { tempFolder } from '../support/temp-folder.ts';

interface PublicTick {
  readonly subscription_mode: string;
  readonly token: string;
  readonly sequence_number: string;
  readonly exchange_timestamp: string;
  readonly last_traded_price: string;
  readonly vol_traded?: string;
}

it("a public client of the broker's trades and listens here as it does there", { timeout: 30_000 }, async () => {
  const desk = await openTestDesk({ isLoggedIn: false });
  const { market, simulator, infy } = desk;
  for (let minute = 0; minute < 3; minute += 1) {
    await market.reach(market.clock.now() + MINUTE_MS);
    await market.print(infy, 1500 + minute);
  }
  const child = fork(new URL('./public-client-child.ts', import.meta.url), {
    cwd: tempFolder(),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = new Map<string, unknown>();
  const theirs: PublicTick[] = [];
  const isStreaming = new Promise<{ jwt: string; feed: string }>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The client ended with ${code}`)));
    child.on('message', ({ type, data }: { type: string; data: unknown }) => {
      if (type === 'tick') {
        theirs.push(data as PublicTick);
        return;
      }
      said.set(type, data);
      if (type === 'streaming') resolve(data as { jwt: string; feed: string });
      // Orders have phases, and the market's clock is ours to move.
      else void desk.settle().then(() => child.send('go on'));
    });
  });
  const { segment, token, tradingSymbol } = infy;
  child.send({
    rest: simulator.endpoints.rest,
    marketStream: simulator.endpoints.marketStream,
    credentials: { clientCode: TEST_ACCOUNT.clientCode, mpin: TEST_ACCOUNT.mpin, apiKey: TEST_ACCOUNT.apiKey },
    totp: generateSync({ secret: TEST_ACCOUNT.totpSecret }),
    listing: { segment, token, tradingSymbol },
    candles: { fromdate: '2026-11-17 09:15', todate: '2026-11-17 10:30' },
  });
  const { jwt, feed } = await isStreaming;

  expect(said.get('placed')).toMatchObject({ script: tradingSymbol, orderid: expect.stringMatching(/^\d{15}$/) });
  expect(said.get('book')).toMatchObject([{ ordertag: 'publicclient0001', quantity: '12', price: 1410 }]);
  expect(said.get('cancelled')).toMatchObject({ orderid: expect.any(String) });
  expect(said.get('trades')).toBeNull();
  expect(said.get('rule')).toMatchObject({ id: expect.anything() });
  expect(said.get('candles')).toHaveLength(4);
  expect(simulator.ledger.orders).toHaveLength(1);

  const book = new TokenBook(
    market.listings.flatMap(({ segment: name, ...rest }) => {
      const known = SEGMENTS.find((each) => each === name);
      return known ? [{ ...rest, segment: known }] : [];
    }),
  );
  const decoder = new FrameDecoder(book);
  const ours: { readonly mode: number; readonly tick: Tick }[] = [];
  const socket = new WebSocket(simulator.endpoints.marketStream, {
    headers: {
      authorization: jwt,
      'x-api-key': TEST_ACCOUNT.apiKey,
      'x-client-code': TEST_ACCOUNT.clientCode,
      'x-feed-token': feed,
    },
  });
  onTestFinished(() => socket.terminate());
  socket.on('message', (data: Buffer, isBinary) => {
    const tick = isBinary ? decoder.decode(data) : undefined;
    if (tick) ours.push({ mode: data[0] ?? 0, tick });
  });
  await new Promise((resolve) => socket.once('open', resolve));
  for (const mode of [1, 2, 3]) {
    socket.send(JSON.stringify({ action: 1, params: { mode, tokenList: [{ exchangeType: 1, tokens: [token] }] } }));
  }
  await sleep(200);
  theirs.length = 0;
  ours.length = 0;
  for (let i = 0; i < 50; i += 1) {
    await market.reach(market.clock.now() + 250);
    await market.print(infy, 1500 + i * 0.05, i);
  }
  for (let wait = 0; wait < 50 && (theirs.length < 150 || ours.length < 150); wait += 1) await sleep(20);

  const inOrder = (a: readonly number[], b: readonly number[]): number =>
    (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0);
  const fromThem = theirs.map((tick) => [
    Number(tick.sequence_number),
    Number(tick.subscription_mode),
    Number(tick.exchange_timestamp),
    Number(tick.last_traded_price) / 100,
    // Their LTP packets have no volume; ours say 0.
    Number(tick.vol_traded ?? 0),
  ]);
  const fromUs = ours.map(({ mode, tick }) => [tick.sequence ?? 0, mode, tick.time, tick.lastPrice, tick.volume]);
  expect(fromThem).toHaveLength(150);
  expect(fromUs.sort(inOrder)).toEqual(fromThem.sort(inOrder));
  expect(theirs.every((tick) => tick.token === `"${token}"`)).toBe(true);
});
