import { expect, it } from 'vitest';
import { DAY_MS, dayOf, formatDay } from '../../src/core/time.ts';
import { TEST_ACCOUNT } from '../support/angel-one-client.ts';
import { NIFTY } from '../support/angel-one-simulator.ts';
import { OPERATOR, OWNER, PATIENCE, VIEWER } from '../support/bot-person.ts';
import { openControlledWorker } from '../support/controlled-worker.ts';
import { testInstrument } from '../support/fixed-calendar.ts';

/** In the days to come, so that the test is good on any day. */
const [EXPIRY = '', LATER = ''] = [3, 10].map((days) => formatDay(dayOf(Date.now() + days * DAY_MS)));
const STRIKES = Array.from({ length: 25 }, (_, index) => 24_800 + index * 100);

function option(expiry: string, strike: number, optionType: 'CE' | 'PE') {
  return testInstrument(`NFO:NIFTY:${expiry}:${strike}:${optionType}`, {
    ...{ exchange: 'NFO', symbol: 'NIFTY', kind: 'OPTION', tickSize: 0.05, lotSize: 65, freezeQuantity: 1_800 },
    ...{ expiry, strike, optionType, underlying: NIFTY.id },
  });
}

const CHAIN = [EXPIRY, LATER].flatMap((expiry) =>
  STRIKES.flatMap((strike) => [option(expiry, strike, 'CE'), option(expiry, strike, 'PE')]),
);

it('answers about market, risk, log and login of the worker that runs', { timeout: 120_000 }, async () => {
  const { server, desk, env, buy, print, start, person } = await openControlledWorker({
    ...{ listed: [NIFTY, ...CHAIN], env: { LOG_LEVEL: 'debug' } },
  });
  const { market } = desk;
  await buy({ stopLoss: 1_450, target: 1_600 });
  start();
  await print(1_510, 1_512);
  await market.print(market.listing(NIFTY.id), 26_021.35);
  await market.print(market.listing(`NFO:NIFTY:${EXPIRY}:26000:CE`), 152.4);
  await market.print(market.listing(`NFO:NIFTY:${EXPIRY}:26000:PE`), 98.05);
  const [viewer, operator, owner] = [person(VIEWER), person(OPERATOR), person(OWNER)];

  await expect
    .poll(() => viewer.ask('/watch'), PATIENCE)
    .toMatch(/^<b>Watched: 1<\/b>\nINFY 1,512\.00, .*spread 0\.10$/);

  const stops = 'if every working stop is hit: -₹250.00 before charges; at risk until then: ₹310.00\nentries: allowed';
  await expect.poll(() => viewer.ask('/risk'), PATIENCE).toContain(`\n${stops}`);
  const risk = await viewer.ask('/risk');
  expect(risk).toMatch(
    /^<b>Risk<\/b>\nsignals today: 1 allowed, 0 denied\nexposure: ₹7,560\.00, ₹7,560\.00 of it long/,
  );
  expect(risk).toContain('\nINFY: long ₹7,560.00\n');

  // The bot trades none of it: contracts come from the stored list, prices from the broker.
  const chain = await viewer.ask('/optionchain nifty');
  expect(chain).toMatch(new RegExp(`^<b>NIFTY ${EXPIRY}: 26,021\\.35 at \\d\\d:\\d\\d:\\d\\d</b>\n<pre> *OI +call`));
  expect(chain).toMatch(/\n *1K 152\.40 +26000\* +98\.05 +1K\n/);
  expect(chain.split('\n').filter((line) => /^ +- +- +2[4-7]\d00 +- +-(<|$)/.test(line))).toHaveLength(20);
  expect(chain).toContain('\nno price: calls 25000, 25100, ');
  expect(await viewer.ask(`/optionchain NIFTY 50 ${LATER}`)).toContain(`<b>NIFTY ${LATER}: 26,021.35 at `);
  expect(await viewer.ask('/optionchain NIFTY 2020-01-01')).toBe(
    `/optionchain: expected an expiry of NIFTY (${EXPIRY}, ${LATER}), found "2020-01-01"\nUsage: /optionchain &lt;symbol&gt; [expiry]`,
  );
  expect(await viewer.ask('/optionchain TCS')).toContain('no options of "TCS" are listed');

  expect(await operator.ask('/login')).toMatch(
    /^<b>Login<\/b>\nAngel One: there is a session, its tokens are of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\nit logs in by itself, /,
  );
  expect(await operator.ask('/login abcdef')).toMatch(/^\/login: Angel One takes no token: /);
  expect(await viewer.ask('/login')).toBe('/login is for an operator; you are a viewer.');

  const logs = await owner.ask('/logs 100');
  expect(logs).toMatch(/^<b>Log: the latest \d+<\/b>\n\d\d:\d\d:\d\d \w+ /);
  expect(await operator.ask('/logs')).toBe('/logs is for the owner; you are an operator.');
  // It takes one thing after the other: all parts of the log were sent before this.
  await operator.ask('/version');
  expect(owner.told.join('\n')).toContain(' info Market stream type=connected');
  const { mpin, totpSecret, apiKey } = TEST_ACCOUNT;
  const told = server.messages.map(({ text }) => text).join('\n');
  for (const secret of [totpSecret, apiKey, env.SIGNALMAN_KEY, server.token, 'eyJ']) {
    expect(told.includes(secret ?? ''), `no trace of ${secret?.slice(0, 3)}…`).toBe(false);
  }
  expect(told).not.toMatch(new RegExp(`(mpin|password|pin)\\W{0,6}${mpin}`, 'i'));
});
