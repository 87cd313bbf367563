import { describe, expect, it } from 'vitest';
import { openTestDesk, orderOf, rowsOf } from '../support/angel-one-simulator.ts';

const PLACE = 'order/v1/placeOrder';
const BOOK = 'order/v1/getOrderBook';

describe('faults on demand', () => {
  it('break the connection before the broker has done anything, or after it has done everything', async () => {
    for (const [kind, orders] of [
      ['drop-before', 0],
      ['drop-after', 1],
    ] as const) {
      const { client, infy, simulator } = await openTestDesk();
      simulator.arm({ kind, on: ['placeOrder'], count: 1 });
      await expect(client.post(PLACE, orderOf(infy))).rejects.toThrow();
      expect(simulator.ledger.orders).toHaveLength(orders);
      expect((await client.post(PLACE, orderOf(infy))).status).toBe(200);
    }
  });

  it.each([
    ['throttle', 403, /exceeding access rate/, 0],
    ['html', 200, /Request Rejected/, 0],
    ['empty', 400, /^$/, 0],
    ['empty-after', 400, /^$/, 1],
    ['gateway', 502, /<html>/, 0],
    ['gateway-after', 504, /<html>/, 1],
    ['no-route', 404, /no Route matched/, 0],
    ['something-wrong', 200, /AB1004/, 0],
    ['something-wrong-after', 200, /AB1004/, 1],
  ] as const)('answer %s with %i, with %i orders truly placed', async (kind, status, text, orders) => {
    const { client, infy, simulator } = await openTestDesk();
    simulator.arm({ kind, on: ['orders'], count: 1 });
    const reply = await client.post(PLACE, orderOf(infy));
    expect(reply.status).toBe(status);
    expect(reply.text).toMatch(text);
    expect(simulator.ledger.orders).toHaveLength(orders);
    expect(rowsOf((await client.get(BOOK)).data)).toHaveLength(orders);
    expect(simulator.ledger.report().faults).toEqual({ [kind]: 1 });
  });

  it('answer with any error code in the envelope of its family, and nothing is done', async () => {
    const { client, infy, simulator } = await openTestDesk();
    simulator.arm({ kind: 'error-code', code: 'AG7002', message: 'IP not registered', status: 403, count: 1 });
    const gateway = await client.post(PLACE, orderOf(infy));
    expect(gateway.status).toBe(403);
    expect(gateway.body).toEqual({ success: false, message: 'IP not registered', errorCode: 'AG7002', data: '' });
    simulator.arm({ kind: 'error-code', code: 'AB2001', message: 'Internal Error', count: 1 });
    const office = await client.post(PLACE, orderOf(infy));
    expect(office.status).toBe(200);
    expect(office.body).toEqual({ status: false, message: 'Internal Error', errorcode: 'AB2001', data: null });
    expect(simulator.ledger.orders).toEqual([]);
    expect(() => simulator.arm({ kind: 'error-code', code: 'no code' })).toThrow(/known kind/);
  });

  it('leave a call without an answer, done or not done', async () => {
    for (const [kind, orders] of [
      ['half-open', 0],
      ['half-open-after', 1],
    ] as const) {
      const { client, infy, simulator } = await openTestDesk();
      simulator.arm({ kind, on: ['placeOrder'], count: 1 });
      const placing = client.post(PLACE, orderOf(infy)).then(
        () => 'answered',
        () => 'broken',
      );
      const first = await Promise.race([placing, new Promise((resolve) => setTimeout(resolve, 100, 'silent'))]);
      expect(first).toBe('silent');
      expect(simulator.ledger.orders).toHaveLength(orders);
      await simulator.close();
      expect(await placing).toBe('broken');
    }
  });

  it('cut the answer in its middle', async () => {
    const { client, simulator } = await openTestDesk();
    simulator.arm({ kind: 'cut-answer', count: 1 });
    await expect(client.get('user/v1/getProfile')).rejects.toThrow();
  });

  it('delay the answer', async () => {
    const { client, simulator } = await openTestDesk();
    simulator.arm({ kind: 'delay', ms: 60, count: 1 });
    const began = performance.now();
    await client.get(BOOK);
    expect(performance.now() - began).toBeGreaterThanOrEqual(55);
  });

  it('kill the tokens with the call', async () => {
    const { client, simulator } = await openTestDesk();
    simulator.arm({ kind: 'token-expired', on: ['orderBook'], count: 1 });
    expect((await client.get(BOOK)).body).toMatchObject({ errorCode: 'AG8001' });
    expect((await client.get(BOOK)).body).toMatchObject({ errorCode: 'AG8001' });
    await client.login();
    expect((await client.get(BOOK)).body).toMatchObject({ status: true });
  });

  it('let the books lag behind', async () => {
    const { client, infy, simulator, market } = await openTestDesk();
    await client.post(PLACE, orderOf(infy));
    simulator.arm({ kind: 'book-lag', ms: 3000, on: ['orderBook'] });
    await market.reach(market.clock.now() + 2000);
    expect((await client.get(BOOK)).data).toBeNull();
    await market.reach(market.clock.now() + 1000);
    expect(rowsOf((await client.get(BOOK)).data)).toMatchObject([{ orderstatus: 'put order req received' }]);
    await market.reach(market.clock.now() + 1000);
    expect(rowsOf((await client.get(BOOK)).data)).toMatchObject([{ orderstatus: 'open' }]);
  });

  it('move the clock that the Date header and one-time passwords go by', async () => {
    const { client, simulator } = await openTestDesk();
    await fetch(`${simulator.control}/skew`, { method: 'POST', body: '{"ms":-120000}' });
    const reply = await client.login();
    expect(reply.body).toMatchObject({ errorcode: 'AB1050' });
    const behindMs = Date.now() - Date.parse(reply.headers.get('date') ?? '');
    expect(behindMs).toBeGreaterThan(115_000);
    expect(behindMs).toBeLessThan(125_000);
  });

  it('strike by chance, and the same calls for the same seed', async () => {
    const struck = async (): Promise<string> => {
      const { client, simulator } = await openTestDesk();
      simulator.arm({ kind: 'throttle', on: ['profile'], probability: 0.5, seed: 'half' });
      let pattern = '';
      for (let call = 0; call < 20; call++)
        pattern += (await client.get('user/v1/getProfile')).status === 403 ? 'x' : '.';
      return pattern;
    };
    const pattern = await struck();
    expect(pattern).toMatch(/x/);
    expect(pattern).toMatch(/\./);
    expect(await struck()).toBe(pattern);
  });

  it('end by count, by time and when they are lifted', async () => {
    const { client, simulator } = await openTestDesk();
    const profile = async (): Promise<number> => (await client.get('user/v1/getProfile')).status;
    simulator.arm({ kind: 'throttle', count: 2 });
    expect([await profile(), await profile(), await profile()]).toEqual([403, 403, 200]);
    simulator.arm({ kind: 'throttle', forMs: 50 });
    expect(await profile()).toBe(403);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await profile()).toBe(200);
    simulator.lift(simulator.arm({ kind: 'throttle' }));
    expect(await profile()).toBe(200);
  });

  it('are armed over HTTP, all or none, and refused with what was expected', async () => {
    const { client, simulator } = await openTestDesk();
    const send = async (body: unknown): Promise<Response> =>
      fetch(`${simulator.control}/faults`, { method: 'POST', body: JSON.stringify(body) });
    expect((await send({ faults: [{ kind: 'throttle' }, { kind: 'earthquake' }] })).status).toBe(400);
    expect((await client.get(BOOK)).status).toBe(200);
    const refused = await (await send({ kind: 'throttle', on: ['nothing'] })).json();
    expect(refused).toMatchObject({ error: expect.stringContaining('"nothing"') });
    expect(await (await send({ kind: 'throttle', on: ['orderBook'] })).json()).toEqual({ ids: [1] });
    expect((await client.get(BOOK)).status).toBe(403);
    await fetch(`${simulator.control}/faults`, { method: 'DELETE' });
    expect((await client.get(BOOK)).status).toBe(200);
  });

  it('switch behaviours over HTTP, and refuse unknown ones', async () => {
    const { client, simulator } = await openTestDesk();
    const set = async (body: string): Promise<number> =>
      (await fetch(`${simulator.control}/behaviours`, { method: 'POST', body })).status;
    expect(await set('{"numbers":"numbers"}')).toBe(200);
    expect((await client.get('user/v1/getRMS')).data).toMatchObject({ net: 1_000_000, utilisedspan: null });
    expect(await set('{"number":"strings"}')).toBe(400);
    expect(await set('{"numbers":"roman"}')).toBe(400);
  });
});
