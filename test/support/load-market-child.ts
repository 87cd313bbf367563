/**
 * The simulator under load, in a process of its own. Over the process channel: says where it is, starts the market when it
 * is told to and everything has been subscribed, says how many packets it has written when the market has ended.
 */
import { z } from 'zod';
import { madeUpAccount } from '../../src/simulators/angel-one/accounts/made-up-account.ts';
import { ALWAYS_OPEN } from '../../src/simulators/angel-one/control/always-open.ts';
import { loadInstruments, openLoadMarket } from '../../src/simulators/angel-one/market/load-market.ts';
import { listingsOf } from '../../src/simulators/angel-one/master/make-master.ts';
import { startAngelOneSimulator } from '../../src/simulators/angel-one/start-simulator.ts';

const plan = z
  .object({ instruments: z.number(), ticksPerSecond: z.number(), prints: z.number() })
  .parse(JSON.parse(process.argv[2] ?? ''));

const listings = listingsOf(loadInstruments(plan.instruments));
const market = openLoadMarket({
  ...{ listings, calendar: ALWAYS_OPEN, ticksPerSecond: plan.ticksPerSecond, prints: plan.prints },
});
const account = madeUpAccount(0);
const simulator = await startAngelOneSimulator({ market, accounts: [account], calendar: ALWAYS_OPEN });

process.on('disconnect', () => process.exit(0));
process.on('message', () => void play());
process.send?.({ type: 'ready', endpoints: simulator.endpoints, account });

async function play(): Promise<void> {
  const subscribed = (): number =>
    simulator.streamCounters.connections.reduce((sum, { subscriptions }) => sum + subscriptions, 0);
  while (subscribed() < plan.instruments) await new Promise((resolve) => setTimeout(resolve, 5));
  market.start();
  await market.ended;
  process.send?.({ type: 'ended', frames: simulator.streamCounters.frames });
}
