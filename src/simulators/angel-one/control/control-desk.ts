/**
 * The simulator's own HTTP surface, on the same port under `/control/`: what truly happened, faults, switches and the
 * tokens' end. It is not part of the broker's protocol and needs no credentials: the server listens on loopback only.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccountBook } from '../accounts/account-book.ts';
import { type FaultPlan, parseFault } from '../faults/fault.ts';
import type { FaultBoard } from '../faults/fault-board.ts';
import type { SimulatedMarket } from '../parts.ts';
import { parseBody, readText } from '../rest/http-body.ts';
import type { StreamCounters } from '../streams/stream-counters.ts';
import { type Switches, withChanges } from './behaviours.ts';
import type { TruthLedger } from './truth-ledger.ts';

export interface ControlParts {
  readonly market: SimulatedMarket;
  readonly accounts: AccountBook;
  readonly faults: FaultBoard;
  readonly switches: Switches;
  readonly ledger: TruthLedger;
  readonly counters: StreamCounters;
}

interface Answer {
  readonly status: number;
  readonly value: unknown;
}

export const CONTROL_PATH = '/control/';

export class ControlDesk {
  readonly #parts: ControlParts;

  constructor(parts: ControlParts) {
    this.#parts = parts;
  }

  async serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const text = (await readText(request)) ?? '';
    const { status, value } = this.#answer(`${request.method ?? ''} ${path.slice(CONTROL_PATH.length)}`, text);
    const body = JSON.stringify(value);
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  }

  #answer(route: string, text: string): Answer {
    const { market, accounts, faults, switches, ledger, counters } = this.#parts;
    switch (route) {
      case 'GET health':
        return ok({ time: market.clock.now(), listings: market.listings.length });
      case 'GET ledger':
        return ok(ledger.report());
      case 'GET streams':
        return ok({ connections: counters.connections, refusals: Object.fromEntries(counters.refusals) });
      case 'GET listings':
        return ok(
          market.listings.map(({ instrument, segment, token, tradingSymbol }) => ({
            id: instrument.id,
            segment,
            token,
            tradingSymbol,
          })),
        );
      case 'GET faults':
        return ok(faults.armed);
      case 'POST faults':
        return this.#arm(text);
      case 'DELETE faults':
        faults.clear();
        return ok({});
      case 'GET behaviours':
        return ok(switches.current);
      case 'POST behaviours': {
        const changed = withChanges(switches.current, parseBody(text));
        if ('fault' in changed) return { status: 400, value: { error: changed.fault } };
        switches.current = changed.value;
        return ok(switches.current);
      }
      case 'POST expire': {
        const clientCode = parseBody(text)?.clientCode;
        accounts.expire(typeof clientCode === 'string' ? clientCode : null);
        return ok({});
      }
      case 'POST skew': {
        const ms = parseBody(text)?.ms;
        if (typeof ms !== 'number' || !Number.isFinite(ms))
          return { status: 400, value: { error: 'expected {"ms": number}' } };
        accounts.skewMs = ms;
        return ok({ ms });
      }
      case 'POST start':
        market.start();
        return ok({});
      default:
        return { status: 404, value: { error: `expected a path of the control surface, found "${route}"` } };
    }
  }

  /** One fault, or a list of them under `faults`: none is armed when one of them does not read. */
  #arm(text: string): Answer {
    const body = parseBody(text);
    const list = Array.isArray(body?.faults) ? body.faults : [body];
    const plans: FaultPlan[] = [];
    for (const request of list) {
      const parsed = parseFault(request);
      if ('fault' in parsed) return { status: 400, value: { error: parsed.fault } };
      plans.push(parsed.plan);
    }
    return ok({ ids: plans.map((plan) => this.#parts.faults.arm(plan)) });
  }
}

function ok(value: unknown): Answer {
  return { status: 200, value };
}
