import { expect, it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { startProcess, startWorker, stateFolder } from '../support/worker-process.ts';

it('shows what is watched and what risk has decided on a day that was played', { timeout: 120_000 }, async () => {
  const folder = stateFolder();
  const run = await startWorker(folder, ['--speed', '1000000']).ended;
  expect(run.code, run.stderr).toBe(0);
  const summary = JSON.parse(run.stdout);
  const show = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await startProcess(args, folder).ended;
    expect(code, stderr).toBe(0);
    return stdout;
  };

  const watched = JSON.parse(await show('watch', '--json'));
  const options = [25_600, 25_700, 25_800].flatMap((strike) =>
    ['CE', 'PE'].map((type) => `NFO:NIFTY:2026-11-23:${strike}:${type}`),
  );
  expect(
    watched.map(({ instrumentId }: { instrumentId: string }) => instrumentId),
    'by name, contracts by strike',
  ).toEqual([
    ...['NSE:HDFCBANK', 'NSE:ICICIBANK', 'NSE:INFY', 'NSE:ITC', ...options],
    ...['NSE:NIFTY 50', 'NSE:RELIANCE', 'NSE:SBIN', 'NSE:TCS'],
  ]);
  const database = await openDatabase({ stateFolder: folder, schema: 'rehearsal', role: 'test' });
  try {
    // Asked for one by one, in other words.
    for (const each of watched) {
      const [first] = await database.sql`
        select open from candles where instrument_id = ${each.instrumentId} and timeframe = '1m'
          and to_timestamp(open_time / 1000.0) at time zone 'Asia/Kolkata' >= '2026-11-18'
        order by open_time`;
      const [quote] = await database.sql`select * from quotes where instrument_id = ${each.instrumentId}`;
      expect([each.firstPrice, each.lastPrice, each.time]).toEqual([first?.open, quote?.last_price, quote?.time]);
    }
    const counted = await database.sql`
      select denial_code as code, count(*)::int as count, max(created_time) as newest from signals group by 1 order by 1`;
    const { verdicts, risk, result } = JSON.parse(await show('risk', '--json'));
    const told = verdicts.map((each: { code: string | null; count: number; newest: { createdTime: number } }) => {
      return { code: each.code, count: each.count, newest: each.newest.createdTime };
    });
    expect(told).toEqual(counted.map((row) => ({ ...row })));
    expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(summary.signals);
    expect(counted.length, 'some were denied').toBeGreaterThan(1);
    expect(risk).toMatchObject({ exposures: [], unprotected: [], atRiskPaise: 0 });
    expect(result).toMatchObject({ trades: summary.trades, netPaise: summary.netPaise });
  } finally {
    await database.close();
  }

  const lines = (await show('watch')).trim().split('\n');
  expect(lines[0]).toBe('Watched: 14');
  expect(lines[1]).toMatch(/^HDFCBANK [\d,.]+, [+-][\d.]+%, .* old$/);
  const words = await show('risk');
  expect(words).toMatch(/^Risk\nsignals 2026-11-18: \d+ allowed, \d+ denied\n\d+ denied, because /);
  expect(words).toContain('exposure: none, nothing is open\n');
  expect(words).toContain('known to the running worker only');
});
