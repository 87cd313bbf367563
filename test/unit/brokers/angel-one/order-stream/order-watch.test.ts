import { afterEach, describe, expect, it } from 'vitest';
import { OrderWatch, type OrderWatchOptions } from '../../../../../src/brokers/angel-one/order-stream/order-watch.ts';
import type { Fill } from '../../../../../src/core/fill.ts';
import type { BrokerOrderId, ClientOrderId, InstrumentId } from '../../../../../src/core/ids.ts';
import type { OrderUpdate } from '../../../../../src/core/order.ts';
import type { BookedOrder, BrokerBook } from '../../../../../src/ports/broker.ts';
import type { Outcome } from '../../../../../src/ports/outcome.ts';
import { CountingTokens, rest, StreamServer, until, wallClock } from '../stream/stream-server.ts';
import { wireFrame } from './wire-frame.ts';

const TAG = 'b7k2m9q4x1c8v5n3' as ClientOrderId;
const FAST = {
  pingMs: 30,
  deadLinkMs: 200,
  connectMs: 300,
  shortestBackOffMs: 10,
  longestBackOffMs: 60,
  refusedBackOffMs: 60,
  stableMs: 40,
  closeMs: 100,
};
const POLLS = { pollMs: 60_000, shortestRetryMs: 20, longestRetryMs: 100 };

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

/** The broker's books, as slow and as broken as a test wants them. */
class Books {
  rows: BookedOrder[] = [];
  calls = 0;
  inFlight = 0;
  mostInFlight = 0;
  delayMs = 0;
  answers: (Outcome<never> | Error)[] = [];

  readonly orders = async (): Promise<Outcome<BrokerBook>> => {
    this.calls += 1;
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    const value = { orders: [...this.rows], unreadRows: 0 };
    await rest(this.delayMs);
    this.inFlight -= 1;
    const answer = this.answers.shift();
    if (answer instanceof Error) throw answer;
    return answer ?? { kind: 'done', value };
  };

  show(status: OrderUpdate['status'], ...fillIds: string[]): void {
    const fills: Fill[] = fillIds.map((fillId, i) => ({
      ...{
        fillId,
        clientOrderId: TAG,
        instrumentId: 'NSE:INFY' as InstrumentId,
        side: 'BUY',
        quantity: 1,
        price: 100,
        time: i,
      },
    }));
    const update = {
      clientOrderId: TAG,
      status,
      brokerOrderId: '260817000123456' as BrokerOrderId,
      reason: null,
      time: 1,
    };
    this.rows = [{ update, fills, filledQuantity: fills.length }];
  }
}

async function watch(changes: Partial<OrderWatchOptions> = {}, prepare: (server: StreamServer) => void = () => {}) {
  const server = await StreamServer.start();
  prepare(server);
  const books = new Books();
  const story: string[] = [];
  const tokens = new CountingTokens();
  const order = new OrderWatch({
    url: server.url,
    credentials: { clientCode: 'X1234', apiKey: 'secret-key' },
    tokens,
    clock: wallClock,
    random: () => 0.5,
    timings: FAST,
    pollTimings: POLLS,
    orders: books.orders,
    hasWorking: () => false,
    listener: {
      onUpdate: ({ status }) => story.push(status),
      onFill: ({ fillId }) => story.push(fillId),
      onLink: (isUp, _time, reason) => story.push(isUp ? 'up' : `down: ${reason}`),
    },
    ...changes,
  });
  opened.push({ close: () => server.stop() }, order);
  const send = (text: string | Buffer) => server.live[0]?.socket.send(text);
  return { server, books, story, tokens, order, send };
}

const ready = async (changes: Partial<OrderWatchOptions> = {}) => {
  const parts = await watch(changes);
  await until(
    () => parts.story.includes('up') && parts.books.calls === 1 && parts.books.inFlight === 0,
    'the first look',
  );
  return parts;
};

describe('OrderWatch', () => {
  it('logs in and looks into the books on every connect', async () => {
    const { server, books, story } = await watch();
    await until(() => books.calls === 1, 'the first look');
    expect(server.served[0]?.headers).toMatchObject({ authorization: 'Bearer secret-jwt-1', 'x-client-code': 'X1234' });
    books.show('ACCEPTED', 'a');
    server.served[0]?.raw.destroy();
    await until(() => story.includes('a'), 'what happened meanwhile');
    expect(story).toEqual(['up', 'down: closed by the broker (1006)', 'up', 'ACCEPTED', 'a']);
  });

  it('tells what frames prove, and fills from the books', async () => {
    const { books, story, send } = await ready();
    send(wireFrame('AB00', { orderid: '', ordertag: '', status: '', orderstatus: '', filledshares: '' }));
    send(wireFrame('AB09', { status: 'open pending', orderstatus: 'open pending', filledshares: '0' }));
    send(wireFrame('AB01', { status: 'open', orderstatus: 'open', filledshares: '0' }));
    await until(() => story.length === 3, 'two updates');
    expect(books.calls, 'no look was needed').toBe(1);
    books.show('ACCEPTED', 'a', 'b');
    send(wireFrame('AB05', { filledshares: '2' }));
    await until(() => story.length === 5, 'fills');
    expect(story).toEqual(['up', 'SUBMITTED', 'ACCEPTED', 'a', 'b']);
    expect(books.calls).toBe(2);
  });

  it('looks again until the trade book shows what the stream announced', async () => {
    const { books, story, send } = await ready();
    books.show('CANCELED');
    send(wireFrame('AB02', { status: 'cancelled', orderstatus: 'cancelled', filledshares: '1' }));
    await until(() => books.calls >= 4, 'several looks');
    expect(story).toEqual(['up']);
    books.show('CANCELED', 'late');
    await until(() => story.length === 3, 'the fill and the end');
    expect(story).toEqual(['up', 'late', 'CANCELED']);
    const { calls } = books;
    await rest(150);
    expect(books.calls, 'peace afterwards').toBe(calls);
  });

  it('never has two looks at a time and loses none of what was asked meanwhile', async () => {
    const { books, order, story } = await ready();
    books.delayMs = 40;
    const polls = [order.poll(), order.poll(), order.poll()];
    await rest(10);
    books.show('ACCEPTED', 'a');
    polls.push(order.poll(), order.poll());
    await Promise.all(polls);
    expect(story).toEqual(['up', 'ACCEPTED', 'a']);
    expect(books.mostInFlight).toBe(1);
    expect(books.calls, 'one at start, one in flight, one for all that came meanwhile').toBe(3);
  });

  it('repeats a look that failed, however it failed', async () => {
    const { books, order, story } = await ready();
    books.show('ACCEPTED', 'a');
    books.answers = [
      { kind: 'transient', reason: 'reset' },
      { kind: 'unknown', reason: 'time-out' },
      new Error('broken'),
      { kind: 'session', reason: 'expired' },
      { kind: 'throttled', retryAfterMs: 150 },
    ];
    const startedAt = performance.now();
    await order.poll();
    expect(story).toEqual(['up', 'ACCEPTED', 'a']);
    expect(performance.now() - startedAt, 'the throttle is obeyed').toBeGreaterThan(150);
    expect(order.counts).toMatchObject({ polls: 7, failedPolls: 5 });
  });

  it('tells a person once that the books can not be read', async () => {
    const told: string[] = [];
    const { books, order } = await ready({ onTrouble: (reason) => told.push(reason) });
    books.answers = Array<Outcome<never>>(5).fill({ kind: 'refused', code: 'AG8004', reason: 'Invalid API key' });
    await order.poll();
    expect(told).toEqual(['The order books could not be read 3 times in a row: Invalid API key']);
  });

  it('polls while an order works and not otherwise', async () => {
    let isWorking = false;
    const { books } = await ready({ hasWorking: () => isWorking, pollTimings: { ...POLLS, pollMs: 20 } });
    await rest(100);
    expect(books.calls).toBe(1);
    isWorking = true;
    await until(() => books.calls >= 4, 'polls');
  });

  it('polls although the stream never comes up', async () => {
    const { books, story } = await watch(
      { hasWorking: () => true, pollTimings: { ...POLLS, pollMs: 20 } },
      (server) => {
        server.admit = () => 503;
      },
    );
    books.show('ACCEPTED', 'a');
    await until(() => story.includes('a'), 'a fill');
    expect(story.slice(0, 3)).toEqual(['down: the broker answered 503: Invalid Feed Token', 'ACCEPTED', 'a']);
  });

  it.each([401, 403])('gets new tokens when the broker answers %i', async (status) => {
    const { tokens, story } = await watch({}, (server) => {
      server.admit = ({ headers }) => (headers.authorization === 'Bearer secret-jwt-1' ? status : undefined);
    });
    await until(() => story.includes('up'), 'the link');
    expect(tokens.invalidated.map(({ jwt }) => jwt)).toEqual(['secret-jwt-1']);
  });

  it('keeps its tokens when there are too many connections', async () => {
    const { tokens, server } = await watch({}, (each) => {
      each.admit = () => 429;
    });
    await until(() => server.upgrades >= 3, 'tries');
    expect(tokens.invalidated).toEqual([]);
  });

  it('tolerates heartbeats of all kinds and looks into the books after what it can not read', async () => {
    const { books, order, story, send } = await ready();
    for (const each of ['pong', '\0', '', Buffer.from('pong'), Buffer.from([0]), Buffer.alloc(0)]) send(each);
    await rest(30);
    expect(order.counts).toMatchObject({ malformed: 0, polls: 1 });
    books.show('ACCEPTED', 'a');
    send('{"order-status":');
    await until(() => story.includes('a'), 'the fill');
    expect(order.counts.malformed).toBe(1);
    send(
      Buffer.from(
        wireFrame('AB03', { status: 'rejected', orderstatus: 'rejected', filledshares: '1', text: 'margin' }),
      ),
    );
    await until(() => story.includes('REJECTED'), 'a frame in binary');
  });

  it('tells a person once of two orders under one tag, and the fills of both', async () => {
    const told: string[] = [];
    const { books, order, story } = await ready({ onTrouble: (reason) => told.push(reason) });
    books.show('ACCEPTED', 'a');
    const [first] = books.rows;
    books.show('CANCELED', 'b');
    const second = books.rows.map((each) => ({
      ...each,
      update: { ...each.update, brokerOrderId: '2' as BrokerOrderId },
    }));
    books.rows = first ? [first, ...second] : [];
    await order.poll();
    await order.poll();
    expect(story).toEqual(['up', 'ACCEPTED', 'a', 'b']);
    expect(told).toEqual([
      `Two orders at the broker carry the tag "${TAG}": "260817000123456" and "2"; look at both by hand`,
    ]);
  });

  it('ignores orders of others', async () => {
    const { books, order, story, send } = await ready();
    send(wireFrame('AB05', { ordertag: '' }));
    send(wireFrame('AB05', { ordertag: 'by hand' }));
    await until(() => order.counts.foreign === 2, 'two frames');
    expect(story).toEqual(['up']);
    expect(books.calls).toBe(1);
  });

  it('closes in the middle of a look: nothing is told, who waits is told so', async () => {
    const { books, order, story, server } = await ready();
    books.delayMs = 60;
    books.show('ACCEPTED', 'a');
    const polled = order.poll();
    const failed = expect(polled).rejects.toThrow('closed');
    await rest(10);
    await order.close();
    await failed;
    await rest(100);
    expect(story).toEqual(['up']);
    await expect(order.poll()).rejects.toThrow('closed');
    await until(() => server.openRawSockets === 0, 'the end of the socket');
    expect(books.calls).toBe(2);
  });

  it('ends a socket on which nothing comes any more', async () => {
    const { server, story } = await ready();
    server.isMute = true;
    await until(() => story.some((each) => each.startsWith('down: nothing was heard')), 'the end');
    server.isMute = false;
    await until(() => story.filter((each) => each === 'up').length === 2, 'the second link');
  });
});
