import { generateSync } from 'otplib';
import { describe, expect, it } from 'vitest';
import { MINUTE_MS } from '../../src/core/time.ts';
import { TEST_ACCOUNT } from '../support/angel-one-client.ts';
import { idsOf, MORNING, openTestDesk, orderOf } from '../support/angel-one-simulator.ts';
import { ist } from '../support/fixed-calendar.ts';

const PROFILE = 'user/v1/getProfile';
const BOOK = 'order/v1/getOrderBook';
const PLACE = 'order/v1/placeOrder';

describe('logging in', () => {
  it('takes client code, MPIN and a one-time password, and gives three tokens', async () => {
    const { client } = await openTestDesk({ isLoggedIn: false });
    const reply = await client.login();
    expect(reply.body).toMatchObject({ status: true, message: 'SUCCESS', errorcode: '' });
    expect(Object.keys(reply.data as object).sort()).toEqual(['feedToken', 'jwtToken', 'refreshToken']);
    expect((await client.get(PROFILE)).data).toMatchObject({ clientcode: 'T1000' });
  });

  it('takes a one-time password once, of this step or a neighbour', async () => {
    const { client, market } = await openTestDesk({
      isLoggedIn: false,
      behaviours: { totpReuse: 'refused', totpClock: 'market' },
    });
    const at = (ms: number): string =>
      generateSync({ secret: TEST_ACCOUNT.totpSecret, epoch: Math.floor((market.clock.now() + ms) / 1000) });
    expect((await client.login(at(-60_000))).body).toMatchObject({ errorcode: 'AB1050' });
    expect((await client.login(at(60_000))).body).toMatchObject({ errorcode: 'AB1050' });
    expect((await client.login(at(0))).body).toMatchObject({ status: true });
    expect((await client.login(at(0))).body).toMatchObject({ status: false, errorcode: 'AB1050' });
    expect((await client.login(at(30_000))).body).toMatchObject({ status: true });
    expect((await client.login(at(-30_000))).body).toMatchObject({ status: true });
    expect((await client.login('12a')).body).toMatchObject({ errorcode: 'AB1050' });
  });

  it('says which of key, client and MPIN is wrong, each in its envelope', async () => {
    const { client } = await openTestDesk({ isLoggedIn: false });
    expect((await client.login(undefined, '0000')).body).toMatchObject({ status: false, errorcode: 'AB1007' });
    const path = '/rest/auth/angelbroking/user/v1/loginByPassword';
    const body = { clientcode: 'NOBODY', password: '4321', totp: '000000' };
    expect((await client.send('POST', path, body)).body).toMatchObject({ errorcode: 'AB1032' });
    const keyless = await client.send('POST', path, body, { 'x-privatekey': null });
    expect(keyless.body).toEqual({ success: false, message: 'Invalid API Key', errorCode: 'AG8004', data: '' });
    expect((await client.send('POST', path, body, { 'x-usertype': 'ADMIN' })).body).toMatchObject({
      errorcode: 'AB1005',
    });
    const broken = await client.send('POST', path, 'not json');
    expect([broken.status, broken.body.errorcode]).toEqual([400, 'AB1004']);
  });
});

describe('tokens', () => {
  it('die at midnight in India, by the market clock, for REST and for both streams', async () => {
    const { client, market, simulator } = await openTestDesk();
    const { accounts } = simulator;
    const credentials = {
      authorization: `Bearer ${client.jwt}`,
      clientCode: 'T1000',
      apiKey: undefined,
      feedToken: client.feedToken,
    };
    const expired: string[] = [];
    accounts.onExpired((clientCode) => expired.push(clientCode));
    await market.reach(ist('2026-11-18', '00:00') - 1);
    expect((await client.get(PROFILE)).body).toMatchObject({ status: true });
    expect(accounts.admit('market', credentials)).toEqual({ clientCode: 'T1000' });
    expect(accounts.admit('orders', credentials)).toEqual({ clientCode: 'T1000' });
    expect(expired).toEqual([]);
    await market.reach(ist('2026-11-18', '00:00'));
    expect((await client.get(PROFILE)).body).toEqual({
      success: false,
      message: 'Invalid Token',
      errorCode: 'AG8001',
      data: '',
    });
    expect(expired).toEqual(['T1000']);
    expect(accounts.admit('market', credentials)).toMatchObject({ status: 401 });
    expect(accounts.admit('orders', credentials)).toMatchObject({ status: 403 });
    expect((await client.refresh()).body).toMatchObject({ errorcode: 'AB8051' });
    await client.login();
    expect((await client.get(PROFILE)).body).toMatchObject({ status: true });
  });

  it('come anew from a refresh token, which is good once', async () => {
    const { client } = await openTestDesk();
    const before = client.jwt;
    const used = client.refreshToken;
    expect((await client.refresh()).body).toMatchObject({ status: true });
    expect(client.jwt).not.toBe(before);
    client.refreshToken = used;
    expect((await client.refresh()).body).toMatchObject({ errorcode: 'AB8050' });
  });

  it('are refused doubled, missing, unknown, or with the key of another app', async () => {
    const { client } = await openTestDesk();
    const code = async (authorization: string | null): Promise<unknown> =>
      (await client.send('GET', '/rest/secure/angelbroking/user/v1/getProfile', undefined, { authorization })).body
        .errorCode;
    expect(await code(`Bearer Bearer ${client.jwt}`)).toBe('AG8001');
    expect(await code(null)).toBe('AG8003');
    expect(await code('Bearer nonsense')).toBe('AG8001');
    expect(await code(client.jwt)).toBeUndefined();
  });

  it('outlive a logout on the market stream only', async () => {
    const { client, simulator } = await openTestDesk();
    expect((await client.post('user/v1/logout', { clientcode: 'T1000' })).body).toMatchObject({ status: true });
    expect((await client.get(PROFILE)).body).toMatchObject({ errorCode: 'AG8001' });
    const { accounts } = simulator;
    const credentials = {
      authorization: client.jwt,
      clientCode: 'T1000',
      apiKey: 'test-key',
      feedToken: client.feedToken,
    };
    expect(accounts.admit('market', credentials)).toEqual({ clientCode: 'T1000' });
    expect(accounts.admit('orders', credentials)).toMatchObject({ status: 401 });
  });

  it('of a first login are killed by a second one, or not, by switch', async () => {
    for (const [secondLogin, isAlive] of [
      ['keeps', true],
      ['kills', false],
    ] as const) {
      const { client } = await openTestDesk({ behaviours: { secondLogin } });
      const first = client.jwt;
      await client.login();
      client.jwt = first;
      expect((await client.get(PROFILE)).body.status === true).toBe(isAlive);
    }
  });

  it('die on demand, with the HTTP status and the code that are switched on', async () => {
    const { client, simulator } = await openTestDesk({ behaviours: { gatewayStatus: 403, expiredCode: 'AG8002' } });
    await fetch(`${simulator.control}/expire`, { method: 'POST' });
    const reply = await client.get(PROFILE);
    expect([reply.status, reply.body.errorCode]).toEqual([403, 'AG8002']);
  });
});

describe('the registered address', () => {
  it('is asked of order and GTT writes and of nothing else', async () => {
    const { client, infy } = await openTestDesk({ account: { registeredIps: ['203.0.113.7'] } });
    for (const path of [PLACE, 'order/v1/modifyOrder', 'order/v1/cancelOrder', 'gtt/v1/createRule']) {
      expect((await client.post(path, orderOf(infy))).body).toMatchObject({ success: false, errorCode: 'AG7002' });
    }
    expect((await client.get(BOOK)).body).toMatchObject({ status: true });
    expect((await client.post('gtt/v1/ruleList', { status: ['FORALL'], page: 1, count: 5 })).body).toMatchObject({
      status: true,
    });
  });

  it('lets the caller through that comes from it', async () => {
    const { client, infy } = await openTestDesk({ account: { registeredIps: ['203.0.113.7', '127.0.0.1'] } });
    expect((await client.post(PLACE, orderOf(infy))).body).toMatchObject({ status: true });
  });
});

describe('the rate windows', () => {
  it('take nine order writes of any kind in a rolling second, and answer the tenth in plain text', async () => {
    const { client, infy, market, simulator } = await openTestDesk({ behaviours: { rateLimits: 'enforced' } });
    const { orderid } = idsOf((await client.post(PLACE, orderOf(infy))).data);
    await market.reach(MORNING + 500);
    for (let call = 0; call < 4; call++) await client.post(PLACE, orderOf(infy));
    for (let call = 0; call < 4; call++) await client.post('order/v1/cancelOrder', { variety: 'NORMAL', orderid });
    const tenth = await client.post(PLACE, orderOf(infy));
    expect([tenth.status, tenth.text]).toEqual([403, 'Access denied because of exceeding access rate']);
    expect(simulator.ledger.orders).toHaveLength(5);
    await market.reach(MORNING + 999);
    expect((await client.post(PLACE, orderOf(infy))).status).toBe(403);
    await market.reach(MORNING + 1000);
    expect((await client.post(PLACE, orderOf(infy))).status).toBe(200);
    expect((await client.post(PLACE, orderOf(infy))).status).toBe(403);
    expect(simulator.ledger.budget.T1000?.orders?.second).toEqual({ limit: 9, highest: 12, exceeded: 3 });
  });

  it('hold for a minute too, and a class does not use up another', async () => {
    const { client, market, simulator } = await openTestDesk({ behaviours: { rateLimits: 'enforced' } });
    const statuses: number[] = [];
    for (let call = 0; call < 505; call++) {
      if (call % 9 === 0) await market.reach(market.clock.now() + 1000);
      statuses.push((await client.post('order/v1/cancelOrder', { variety: 'NORMAL', orderid: '1' })).status);
    }
    expect(statuses.indexOf(403)).toBe(500);
    expect(simulator.ledger.budget.T1000?.orders).toMatchObject({
      second: { highest: 9, exceeded: 0 },
      minute: { limit: 500, highest: 505, exceeded: 5 },
    });
    expect((await client.get(BOOK)).status).toBe(200);
    expect((await client.get(BOOK)).status).toBe(403);
    await market.reach(market.clock.now() + MINUTE_MS);
    expect((await client.post('order/v1/cancelOrder', { variety: 'NORMAL', orderid: '1' })).status).toBe(200);
  });

  it('only count when they are not enforced', async () => {
    const { client, simulator } = await openTestDesk({ behaviours: { rateLimits: 'counted' } });
    for (let call = 0; call < 3; call++) expect((await client.get(BOOK)).status).toBe(200);
    expect(simulator.ledger.budget.T1000?.orderBook?.second).toEqual({ limit: 1, highest: 3, exceeded: 2 });
  });
});
