import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { CallClass } from '../../../../../src/brokers/angel-one/rest/call-class.ts';
import { ERROR_CODES, type ErrorClass } from '../../../../../src/brokers/angel-one/rest/error-codes.ts';
import { type Call, RestClient } from '../../../../../src/brokers/angel-one/rest/rest-client.ts';
import { RestTransport } from '../../../../../src/brokers/angel-one/rest/rest-transport.ts';
import type { AngelOneTokens } from '../../../../../src/brokers/angel-one/settings.ts';
import type { Outcome } from '../../../../../src/ports/outcome.ts';
import { failure, json, type Reply, scriptedHttp, success, text } from '../../../../support/scripted-http.ts';

const JWT = 'jwt-that-must-not-show';
const KEY = 'key-that-must-not-show';
const READ: Call<{ x: number }> = {
  ...{ class: 'orderBook', priority: 'read', method: 'GET', path: '/book', isWrite: false },
  schema: z.object({ x: z.number() }),
};
const WRITE: Call<{ x: number }> = { ...READ, class: 'orderWrite', method: 'POST', isWrite: true, body: { a: 1 } };

interface Desk {
  readonly client: RestClient;
  readonly halts: string[];
  readonly rests: CallClass[];
  readonly invalidated: string[];
  /** Calls that the budget takes to be under way. */
  underWay(): number;
}

function deskAt(origin: string, mayWrite?: () => Promise<boolean>): Desk {
  const transport = new RestTransport(origin);
  onTestFinished(() => transport.close());
  const halts: string[] = [];
  const rests: CallClass[] = [];
  const invalidated: string[] = [];
  let number = 0;
  let underWay = 0;
  const take = async () => {
    underWay += 1;
    return () => {
      underWay -= 1;
    };
  };
  const client = new RestClient({
    transport,
    budget: { take, rest: (callClass) => rests.push(callClass) },
    apiKey: KEY,
    tokens: {
      tokens: () => Promise.resolve({ jwt: `${JWT}-${number}`, refresh: 'r', feed: 'f' }),
      invalidate: ({ jwt }: AngelOneTokens) => {
        invalidated.push(jwt);
        number += 1;
      },
    },
    onHalt: (reason) => halts.push(reason),
    mayWrite,
  });
  return { client, halts, rests, invalidated, underWay: () => underWay };
}

async function ask(
  call: Call<{ x: number }>,
  ...replies: Reply[]
): Promise<Desk & { outcome: Outcome<{ x: number }> }> {
  const { origin } = await scriptedHttp(...replies);
  const desk = deskAt(origin);
  const outcome = await desk.client.call(call);
  expect(desk.underWay()).toBe(0);
  expect(JSON.stringify([outcome, desk.halts]), 'no secret in what is told').not.toMatch(/must-not-show/);
  return { ...desk, outcome };
}

const READ_KIND: Readonly<Record<ErrorClass, Outcome<never>['kind']>> = {
  ...{ session: 'session', halt: 'refused', refused: 'refused', busy: 'transient', throttled: 'throttled' },
  ...{ empty: 'transient', look: 'refused' },
};
const WRITE_KIND: Readonly<Record<ErrorClass, Outcome<never>['kind']>> = {
  ...{ session: 'session', halt: 'refused', refused: 'refused', busy: 'unknown', throttled: 'unknown' },
  ...{ empty: 'unknown', look: 'refused' },
};

describe('every error code', () => {
  it.each(Object.entries(ERROR_CODES))('%s is told as what it is to a read and to a write', async (code, known) => {
    const reply = failure(code, 'Invalid in the words of the broker');
    const read = await ask(READ, reply);
    expect(read.outcome.kind).toBe(READ_KIND[known.class]);
    const write = await ask(WRITE, reply);
    expect(write.outcome.kind).toBe(WRITE_KIND[known.class]);
    expect(read.halts.length, 'trading stops where only a person can help').toBe(known.class === 'halt' ? 1 : 0);
    if (read.outcome.kind === 'refused') expect(read.outcome.code).toBe(code);
  });

  it('that nobody knows refuses a read and proves nothing about a write', async () => {
    expect((await ask(READ, failure('AB7777', 'New'))).outcome).toEqual({
      kind: 'refused',
      code: 'AB7777',
      reason: 'New',
    });
    expect((await ask(WRITE, failure('AB7777', 'New'))).outcome.kind).toBe('unknown');
  });

  it('of the back office is no proof about a write unless it says what was wrong', async () => {
    expect((await ask(WRITE, failure('AB1007', 'AMX error'))).outcome.kind).toBe('unknown');
    expect((await ask(WRITE, failure('AB1007', 'Order not found'))).outcome.kind).toBe('refused');
  });
});

describe('every shape of answer', () => {
  const page = '<html><title>Request Rejected</title>Your support ID is 4711</html>';
  it.each<[string, Reply, string, string]>([
    ['success', success({ x: 1 }), 'done', 'done'],
    ['success in the other spelling', json({ success: true, errorCode: '', data: { x: 1 } }), 'done', 'done'],
    ['success as a word', json({ status: 'true', message: '', errorcode: '', data: { x: 1 } }), 'done', 'done'],
    [
      'failure as words',
      json({ status: 'false', errorcode: 'AB1008', message: '', data: 'null' }),
      'refused',
      'refused',
    ],
    ['throttle as text', text('Access denied because of exceeding access rate', 403), 'throttled', 'unknown'],
    ["a firewall's page", text(page, 200), 'transient', 'unknown'],
    ['an empty body', text('', 400), 'transient', 'unknown'],
    ['a missing route', json({ message: 'no Route matched with those values' }, 404), 'transient', 'unknown'],
    ['a gateway that is down', text('<html>502</html>', 502), 'transient', 'unknown'],
    ['half an answer', text('{"status":true,"da', 200), 'transient', 'unknown'],
    ['a list where an object belongs', text('[1,2]', 200), 'transient', 'unknown'],
    ['data of another shape', success({ y: 'no x' }), 'transient', 'unknown'],
    ['a cut connection', (response) => response.socket?.destroy(), 'transient', 'unknown'],
  ])('%s', async (_, reply, read, write) => {
    expect((await ask(READ, reply)).outcome.kind).toBe(read);
    expect((await ask(WRITE, reply)).outcome.kind).toBe(write);
  });

  it('that says nothing of its page', async () => {
    expect(JSON.stringify((await ask(READ, text(page, 403))).outcome)).not.toContain('4711');
  });

  it('with no data is an empty answer where there is one', async () => {
    const { origin } = await scriptedHttp(success(null));
    expect(await deskAt(origin).client.call({ ...READ, empty: { x: 0 } })).toEqual({ kind: 'done', value: { x: 0 } });
  });
});

describe('a request that never left', () => {
  it('is safe to send again, also when it is a write', async () => {
    const { origin, server } = await scriptedHttp(success({ x: 1 }));
    await new Promise((resolve) => server.close(resolve));
    const { client } = deskAt(origin);
    expect((await client.call(WRITE)).kind).toBe('transient');
  });
});

describe('a request that was under way when the connections were closed', () => {
  it('is not known to be undone', async () => {
    let arrived = (): void => {};
    const sent = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const { origin } = await scriptedHttp(() => arrived());
    const transport = new RestTransport(origin);
    const request = { method: 'POST', path: '/', headers: {}, body: '{}', timeoutMs: 5_000 } as const;
    const asked = transport.send(request);
    await sent;
    await transport.close();
    expect(await asked).toMatchObject({ kind: 'unanswered' });
    expect(await transport.send(request), 'and one that comes later never leaves').toMatchObject({ kind: 'not-sent' });
  });

  it('is not known to be undone either when its connection breaks', async () => {
    const { origin } = await scriptedHttp((response) => response.socket?.resetAndDestroy());
    const transport = new RestTransport(origin);
    onTestFinished(() => transport.close());
    const request = { method: 'POST', path: '/', headers: {}, body: '{}', timeoutMs: 5_000 } as const;
    expect(await transport.send(request)).toMatchObject({ kind: 'unanswered' });
  });
});

describe('an answer that says it went well and brings nothing', () => {
  it('is no empty book', async () => {
    const { origin } = await scriptedHttp(json({ status: true, message: 'SUCCESS', errorcode: '' }));
    expect((await deskAt(origin).client.call({ ...READ, empty: { x: 0 } })).kind).toBe('transient');
  });
});

describe('data that are not there at the moment', () => {
  it('are an empty answer for figures, and none for a book', async () => {
    const { origin } = await scriptedHttp(failure('AB9019', 'No Data Available'));
    const { client } = deskAt(origin);
    expect(await client.call({ ...READ, class: 'greeks', empty: { x: 0 } })).toEqual({ kind: 'done', value: { x: 0 } });
    expect((await client.call({ ...READ, empty: { x: 0 } })).kind).toBe('transient');
  });
});

describe('a session that has died', () => {
  it('is replaced for a read, which is asked once more', async () => {
    const { outcome, invalidated } = await ask(READ, failure('AG8001', 'Invalid Token'), success({ x: 2 }));
    expect(outcome).toEqual({ kind: 'done', value: { x: 2 } });
    expect(invalidated).toEqual([`${JWT}-0`]);
  });

  it('is told of a write, which is not sent again', async () => {
    const { origin, seen } = await scriptedHttp(failure('AG8001', 'Invalid Token'), success({ x: 2 }));
    const desk = deskAt(origin);
    expect((await desk.client.call(WRITE)).kind).toBe('session');
    expect(seen).toHaveLength(1);
    expect(desk.invalidated).toHaveLength(1);
  });
});

describe('a throttled call', () => {
  it('lets its class rest', async () => {
    expect((await ask(READ, text('exceeding rate limit', 403))).rests).toEqual(['orderBook']);
  });
});

describe('requests', () => {
  it('carry what the broker asks for', async () => {
    const { origin, seen } = await scriptedHttp(success({ x: 1 }));
    await deskAt(origin).client.call(WRITE);
    expect(seen[0]?.headers).toMatchObject({
      ...{ 'x-usertype': 'USER', 'x-sourceid': 'WEB', 'x-privatekey': KEY, authorization: `Bearer ${JWT}-0` },
      'content-type': 'application/json',
    });
    expect(seen[0]?.body).toBe('{"a":1}');
  });
});

describe('the budget', () => {
  it('hears that a call is over when it is answered, and when nothing was sent', async () => {
    const underWay: number[] = [];
    const desk: Desk = deskAt(
      (
        await scriptedHttp((response, request) => {
          underWay.push(desk.underWay());
          success({ x: 1 })(response, request);
        })
      ).origin,
      async () => underWay.length === 0,
    );
    await desk.client.call(WRITE);
    expect([...underWay, desk.underWay()]).toEqual([1, 0]);
    expect((await desk.client.call(WRITE)).kind).toBe('transient');
    expect(desk.underWay()).toBe(0);
  });
});

describe('a process that does not trade the account any more', () => {
  it('sends no write, whatever it was about to do, and may read', async () => {
    const server = await scriptedHttp(success({ x: 1 }), success({ x: 2 }));
    let isOurs = true;
    const { client } = deskAt(server.origin, async () => isOurs);
    expect(await client.call(WRITE)).toEqual({ kind: 'done', value: { x: 1 } });
    isOurs = false;
    expect(await client.call(WRITE)).toEqual({
      ...{ kind: 'transient', reason: 'No proof that the account is still ours alone: nothing was sent' },
    });
    expect(await client.call(READ), 'the second answer was still there').toEqual({ kind: 'done', value: { x: 2 } });
  });
});
