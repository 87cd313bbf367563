import { describe, expect, it, onTestFinished } from 'vitest';
import type { AngelOneTokens } from '../../../src/brokers/angel-one/settings.ts';
import type { MarketCalendar, SessionInstrument } from '../../../src/core/market-session.ts';
import { formatIst, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../src/core/time.ts';
import type { Outcome } from '../../../src/ports/outcome.ts';
import { SessionKeeper, type SessionKeeperOptions } from '../../../src/worker/session-keeper.ts';
import { fixedCalendar, ist } from '../../support/fixed-calendar.ts';
import { ManualClock, settled } from '../../support/manual-clock.ts';

const SHARE: SessionInstrument = { exchange: 'NSE', kind: 'EQUITY', hasDerivatives: true };
const GOLD: SessionInstrument = { exchange: 'MCX', kind: 'FUTURE', hasDerivatives: false };
/** A Tuesday and the days after it. */
const DAY = '2026-11-17';

/** A session that does what it is asked for and writes it down. */
class ScriptedSession {
  readonly story: string[] = [];
  readonly clock: ManualClock;
  held: number | undefined;
  number = 0;
  failure: Error | undefined;
  isHalted = false;
  logoutOutcome: Outcome<null> | Error = { kind: 'done', value: null };

  constructor(clock: ManualClock) {
    this.clock = clock;
    this.held = clock.now();
  }

  get refreshTime(): number | undefined {
    return this.held === undefined ? undefined : this.held + 5 * HOUR_MS;
  }

  async tokens(): Promise<AngelOneTokens> {
    const isDue = this.held !== undefined && this.clock.now() >= (this.refreshTime ?? 0);
    if (this.held === undefined || isDue) {
      this.#note(this.failure ? 'fails' : isDue ? 'refresh' : 'login');
      if (this.failure) throw this.failure;
      this.held = this.clock.now();
      this.number += 1;
    }
    return { jwt: `jwt-${this.number}`, refresh: '', feed: '' };
  }

  invalidate(): void {
    this.held = undefined;
  }

  async logout(): Promise<Outcome<null>> {
    this.#note('logout');
    this.held = undefined;
    if (this.logoutOutcome instanceof Error) throw this.logoutOutcome;
    return this.logoutOutcome;
  }

  #note(what: string): void {
    this.story.push(`${formatIst(this.clock.now()).slice(8, 16).replace('T', ' ')} ${what}`);
  }
}

/** As on a machine that has been asleep: it was there, and then it was later. */
class LeapingClock extends ManualClock {
  leapMs = 0;

  override now(): number {
    return super.now() + this.leapMs;
  }

  override sleepUntil(time: number, signal?: AbortSignal): Promise<void> {
    return super.sleepUntil(time - this.leapMs, signal);
  }
}

function keep(start: number | ManualClock, changes: Partial<SessionKeeperOptions> = {}) {
  const clock = typeof start === 'number' ? new ManualClock(start) : start;
  const session = new ScriptedSession(clock);
  const troubles: string[] = [];
  const warnings: string[] = [];
  const keeper = new SessionKeeper({
    ...{ session, clock, calendar: fixedCalendar, instruments: [SHARE], onTrouble: (text) => troubles.push(text) },
    log: { info: () => undefined, warn: (...words: unknown[]) => void warnings.push(JSON.stringify(words)) },
    ...changes,
  });
  keeper.start();
  onTestFinished(() => keeper.close());
  return { clock, session, keeper, troubles, warnings };
}

describe('the keeper of the session', () => {
  it('refreshes every five hours, logs out after the close and in before the next open', async () => {
    const { clock, session, troubles, warnings } = keep(ist(DAY, '08:30'));
    await clock.reach(ist('2026-11-19', '09:15'));
    expect(session.story).toEqual([
      '17 13:30 refresh',
      // The closing auction ends at 15:35.
      '17 16:05 logout',
      '18 08:30 login',
      '18 13:30 refresh',
      '18 16:05 logout',
      '19 08:30 login',
    ]);
    expect([troubles, warnings]).toEqual([[], []]);
  });

  it('waits for the last of several markets, and never goes over midnight', async () => {
    const { clock, session } = keep(ist(DAY, '08:30'), { instruments: [SHARE, GOLD] });
    await clock.reach(ist('2026-11-18', '09:00'));
    expect(session.story).toEqual([
      '17 13:30 refresh',
      '17 18:30 refresh',
      '17 23:30 refresh',
      '17 23:58 logout',
      '18 08:15 login',
    ]);
  });

  it('begins the next session after a weekend', async () => {
    const { clock, session } = keep(ist('2026-11-20', '15:00'));
    await clock.reach(ist('2026-11-23', '09:15'));
    expect(session.story).toEqual(['20 16:05 logout', '23 08:30 login']);
  });

  it.each([
    ['on a holiday', ist('2026-11-21', '11:00'), ['21 16:00 refresh', '21 21:00 refresh', '21 23:58 logout']],
    ['after the close', ist(DAY, '20:00'), ['17 23:58 logout']],
    ['in the last minute', ist(DAY, '23:59'), []],
  ])('that begins %s keeps what there is until midnight', async (_, start, story) => {
    const { clock, session } = keep(start);
    session.held = start;
    await clock.reach(ist(formatIst(start).slice(0, 10), '23:59') + 2 * MINUTE_MS);
    expect(session.story).toEqual(story);
    await clock.reach(start + 72 * HOUR_MS);
    expect(session.story.slice(story.length).filter((line) => line.endsWith('08:30 login')).length).toBeGreaterThan(0);
  });

  it('lets streams wait through the night, and then go on with the new session', async () => {
    const { clock, session, keeper } = keep(ist(DAY, '15:00'));
    expect(await keeper.tokens()).toMatchObject({ jwt: 'jwt-0' });
    await clock.reach(ist(DAY, '20:00'));
    const woken: string[] = [];
    void keeper.tokens().then(({ jwt }) => woken.push(jwt));
    await clock.reach(ist('2026-11-18', '08:29'));
    expect([woken, session.story.slice(1)]).toEqual([[], []]);
    await clock.reach(ist('2026-11-18', '08:30'));
    await settled();
    expect(woken).toEqual(['jwt-1']);
  });

  it('logs out again what was logged in during the evening', async () => {
    const { clock, session } = keep(ist(DAY, '15:00'));
    await clock.reach(ist(DAY, '21:00'));
    await session.tokens();
    await clock.reach(ist('2026-11-18', '00:10'));
    expect(session.story).toEqual(['17 16:05 logout', '17 21:00 login', '17 23:58 logout']);
  });

  it.each<[string, Outcome<null> | Error]>([
    ['no answer', { kind: 'transient', reason: 'no answer' }],
    ['an error', new Error('the store is read-only')],
  ])('goes on when a logout fails with %s', async (_, outcome) => {
    const { clock, session, troubles, warnings } = keep(ist(DAY, '15:00'));
    session.logoutOutcome = outcome;
    await clock.reach(ist('2026-11-18', '09:00'));
    expect(session.story).toEqual(['17 16:05 logout', '18 08:30 login']);
    expect(warnings).toEqual([expect.stringContaining('ends at midnight by itself')]);
    expect(troubles).toEqual([]);
  });

  it('tries a login that fails again and again, ever more rarely, and says so once', async () => {
    const { clock, session, keeper, troubles } = keep(ist(DAY, '16:00'));
    session.failure = new Error('No session with Angel One: no connection');
    await clock.reach(ist('2026-11-18', '08:30'));
    const waiting = keeper.tokens();
    await clock.reach(ist('2026-11-18', '09:00'));
    expect(session.story.slice(1)).toEqual([
      ...['18 08:30 fails', '18 08:31 fails', '18 08:33 fails', '18 08:37 fails', '18 08:45 fails', '18 08:55 fails'],
    ]);
    expect(troubles).toEqual([expect.stringMatching(/it is tried again: No session with Angel One: no connection/)]);
    session.failure = undefined;
    await clock.reach(ist('2026-11-18', '09:06'));
    expect(await waiting).toEqual({ jwt: 'jwt-1', refresh: '', feed: '' });
    expect(troubles.slice(1)).toEqual(['There is a session with the broker again']);
    session.failure = new Error('again');
    session.invalidate();
    await clock.reach(ist('2026-11-18', '09:30'));
    expect(troubles).toHaveLength(3);
  });

  it('gets a session when others have lost it', async () => {
    const { clock, session } = keep(ist(DAY, '10:00'));
    await clock.reach(ist(DAY, '10:30'));
    session.invalidate();
    await clock.reach(ist(DAY, '10:31'));
    expect(session.story).toEqual(['17 10:31 login']);
  });

  it('does not spin while a refresh is under way elsewhere', async () => {
    const { clock, session } = keep(ist(DAY, '09:00'));
    let asked = 0;
    session.tokens = async () => {
      asked += 1;
      return { jwt: 'old', refresh: '', feed: '' };
    };
    await clock.reach(ist(DAY, '14:00') + 30 * SECOND_MS);
    expect(asked).toBe(1);
    await clock.reach(ist(DAY, '14:10'));
    expect(asked).toBeLessThanOrEqual(11);
  });

  it('that slept through the night ends nothing and begins with a login', async () => {
    const clock = new LeapingClock(ist(DAY, '15:00'));
    const { session } = keep(clock);
    await settled();
    clock.leapMs = 18 * HOUR_MS;
    session.held = undefined;
    await clock.reach(ist(DAY, '16:05'));
    expect(session.story).toEqual(['18 09:01 login']);
  });

  it('ends without a logout, by day and by night', async () => {
    const day = keep(ist(DAY, '10:00'));
    await day.keeper.close();
    await day.clock.reach(ist('2026-11-18', '12:00'));
    expect(day.session.story).toEqual([]);
    const night = keep(ist(DAY, '15:00'));
    await night.clock.reach(ist(DAY, '20:00'));
    const waiting = night.keeper.tokens();
    const refused = expect(waiting).rejects.toThrow('not kept any more');
    await night.keeper.close();
    await refused;
    await night.clock.reach(ist('2026-11-18', '12:00'));
    expect(night.session.story).toEqual(['17 16:05 logout']);
  });

  it('has a morning though the calendar has ended', async () => {
    const ended: MarketCalendar = { sessionOn: () => null, nextSession: () => null };
    const { clock, session } = keep(ist(DAY, '20:00'), { calendar: ended });
    await clock.reach(ist('2026-11-18', '09:00'));
    expect(session.story).toEqual(['17 23:58 logout', '18 08:30 login']);
  });
});
