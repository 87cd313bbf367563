/**
 * The broker's REST front: routes a request, lets faults strike, checks rate, key, token and address in the order of the
 * real gateway, has it carried out and puts the reply into its envelope. Entry point: `RestGateway.serve`.
 *
 * Invariants: every call is in the ledger once, with what came of it inside the broker; a fault that comes `after` lets
 * the work be done; a throttled call does nothing.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND_MS } from '../../../core/time.ts';
import type { CallResult } from '../control/truth-ledger.ts';
import type { FaultBoard, Strike } from '../faults/fault-board.ts';
import type { Brokerage } from '../orders/brokerage.ts';
import { textOf, type WireBody } from '../orders/wire-fields.ts';
import type { OpenOperation, RestParts } from './desk-parts.ts';
import { endpointOf, findOperation, type Operation } from './endpoints.ts';
import { HANDLERS } from './handlers.ts';
import { parseBody, readText } from './http-body.ts';
import type { RateWindows } from './rate-windows.ts';
import { type Reply, refused, somethingWrong } from './reply.ts';
import { login, refresh } from './session-endpoints.ts';
import { breakOff, EARLY_ANSWERS, LATE_ANSWERS } from './strikes.ts';
import { answerOf, NO_ROUTE, THROTTLED, type WireAnswer } from './wire-answer.ts';

export interface GatewayParts extends RestParts {
  readonly brokerage: Brokerage;
  readonly windows: RateWindows;
  readonly faults: FaultBoard;
  readonly closed: AbortSignal;
}

interface Arrival {
  readonly operation: Operation;
  readonly id: string;
  readonly text: string;
  readonly strikes: readonly Strike[];
  readonly request: IncomingMessage;
}

interface Outcome {
  readonly answer: WireAnswer;
  readonly result: CallResult;
}

export class RestGateway {
  readonly #parts: GatewayParts;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  async serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const text = await readText(request);
    const route = findOperation(request.method ?? '', path);
    if (text === undefined || route === undefined) return this.#send(response, NO_ROUTE);
    const { operation, id } = route;
    const strikes = this.#parts.faults.strike(operation);
    const delayMs = strikes.reduce((sum, { kind, ms }) => (kind === 'delay' ? sum + ms : sum), 0);
    const isEarly = ({ kind }: Strike): boolean =>
      kind in EARLY_ANSWERS || kind === 'drop-before' || kind === 'half-open';
    const early = strikes.find(isEarly);
    if (early !== undefined) {
      this.#parts.ledger.addCall(operation, 'faulted');
      await this.#wait(delayMs);
      const answer = EARLY_ANSWERS[early.kind]?.(early);
      if (answer !== undefined) return this.#send(response, answer);
      return breakOff(early.kind, request);
    }
    const outcome = this.#carryOut({ operation, id, text, strikes, request });
    this.#parts.ledger.addCall(operation, outcome.result);
    await this.#wait(delayMs);
    for (const strike of strikes) {
      const { kind } = strike;
      const late = LATE_ANSWERS[kind]?.(strike);
      if (late !== undefined) return this.#send(response, late);
      if (kind === 'drop-after' || kind === 'half-open-after') return breakOff(kind, request);
    }
    if (strikes.some(({ kind }) => kind === 'cut-answer')) return this.#sendHalf(response, outcome.answer);
    this.#send(response, outcome.answer);
  }

  #carryOut(arrival: Arrival): Outcome {
    const { operation } = arrival;
    const body = parseBody(arrival.text);
    return operation === 'login' || operation === 'refresh'
      ? this.#openCall(operation, body, arrival)
      : this.#clientCall({ ...arrival, operation }, body);
  }

  #openCall(operation: OpenOperation, body: WireBody | undefined, { request }: Arrival): Outcome {
    const { accounts, switches } = this.#parts;
    const owner =
      operation === 'login'
        ? textOf(body ?? {}, 'clientcode')
        : (accounts.ownerOf(textOf(body ?? {}, 'refreshToken')) ?? '');
    if (owner !== '' && !this.#hasRoom(owner, operation)) return { answer: THROTTLED, result: 'throttled' };
    const apiKey = headerOf(request, 'x-privatekey');
    const gate = this.#gateFault(request, apiKey);
    if (gate !== undefined) return this.#outcomeOf(gate);
    if (body === undefined) return { answer: answerOf(somethingWrong(true), switches.current), result: 'refused' };
    return this.#outcomeOf((operation === 'login' ? login : refresh)({ body, apiKey }, this.#parts));
  }

  #clientCall(
    { operation, id, request, strikes }: Arrival & { readonly operation: Exclude<Operation, OpenOperation> },
    body: WireBody | undefined,
  ): Outcome {
    const { accounts, brokerage } = this.#parts;
    const apiKey = headerOf(request, 'x-privatekey');
    const authorization = headerOf(request, 'authorization');
    const verdict = accounts.authorise(authorization);
    if ('account' in verdict && !this.#hasRoom(verdict.account.clientCode, operation)) {
      return { answer: THROTTLED, result: 'throttled' };
    }
    const gate = this.#gateFault(request, apiKey);
    if (gate !== undefined) return this.#outcomeOf(gate);
    if ('fault' in verdict) return this.#outcomeOf(this.#tokenFault(verdict.fault));
    const { account } = verdict;
    if (account.apiKey !== apiKey)
      return this.#outcomeOf({ kind: 'gateway', code: 'AG8001', message: 'Invalid Token' });
    if (strikes.some(({ kind }) => kind === 'token-expired')) {
      accounts.expire(account.clientCode);
      return this.#outcomeOf(this.#tokenFault('expired'));
    }
    const isChecked = endpointOf(operation).isAddressChecked === true && account.registeredIps !== undefined;
    if (isChecked && !account.registeredIps?.includes(addressOf(request))) {
      return this.#outcomeOf({ kind: 'gateway', code: 'AG7002', message: 'IP not registered' });
    }
    if (body === undefined) return this.#outcomeOf(somethingWrong(true));
    const desk = brokerage.deskOf(account.clientCode);
    if (desk === undefined) return this.#outcomeOf(refused('AB1011', 'Client not logged in'));
    const lagMs = strikes.reduce((lag, { kind, ms }) => (kind === 'book-lag' ? Math.max(lag, ms) : lag), 0);
    return this.#outcomeOf(HANDLERS[operation]({ body, id, desk, lagMs, authorization }, this.#parts));
  }

  #gateFault(request: IncomingMessage, apiKey: string | undefined): Reply | undefined {
    if (apiKey === undefined || !this.#parts.accounts.isKnownKey(apiKey)) {
      return { kind: 'gateway', code: 'AG8004', message: 'Invalid API Key' };
    }
    if (headerOf(request, 'x-usertype') !== 'USER') return refused('AB1005', 'User type must be USER');
    return undefined;
  }

  #tokenFault(fault: 'missing' | 'invalid' | 'expired'): Reply {
    if (fault === 'missing') return { kind: 'gateway', code: 'AG8003', message: 'Token missing' };
    const isSaid = fault === 'expired' && this.#parts.switches.current.expiredCode === 'AG8002';
    return isSaid
      ? { kind: 'gateway', code: 'AG8002', message: 'Token Expired' }
      : { kind: 'gateway', code: 'AG8001', message: 'Invalid Token' };
  }

  #hasRoom(clientCode: string, operation: Operation): boolean {
    const { windows, switches, market } = this.#parts;
    const { rateClock, rateLimits } = switches.current;
    const time = rateClock === 'wall' ? performance.now() : market.clock.now();
    return windows.take(clientCode, endpointOf(operation).rateClass, time, rateLimits === 'enforced');
  }

  #outcomeOf(reply: Reply): Outcome {
    const result = reply.kind === 'done' ? 'done' : reply.kind === 'refused' ? 'refused' : 'unauthorised';
    return { answer: answerOf(reply, this.#parts.switches.current), result };
  }

  async #wait(delayMs: number): Promise<void> {
    if (delayMs > 0) await sleep(delayMs, undefined, { signal: this.#parts.closed }).catch(() => undefined);
  }

  #send(response: ServerResponse, answer: WireAnswer): void {
    response.writeHead(answer.status, this.#headersOf(answer));
    response.end(answer.body);
  }

  /** Promises the whole body and breaks off in its middle. */
  #sendHalf(response: ServerResponse, answer: WireAnswer): void {
    response.writeHead(answer.status, this.#headersOf(answer));
    response.write(answer.body.slice(0, Math.floor(answer.body.length / 2)), () => response.destroy());
  }

  #headersOf({ type, body }: WireAnswer): Readonly<Record<string, string | number>> {
    const { accounts, switches, market } = this.#parts;
    const now = switches.current.totpClock === 'wall' ? Date.now() : market.clock.now();
    const date = new Date(Math.floor((now + accounts.skewMs) / SECOND_MS) * SECOND_MS).toUTCString();
    return { 'content-type': type, 'content-length': Buffer.byteLength(body), date };
  }
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  const text = (Array.isArray(value) ? value[0] : value)?.trim();
  return text === '' ? undefined : text;
}

/** The caller's IPv4 address, also when the socket speaks IPv6. */
function addressOf({ socket }: IncomingMessage): string {
  return (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}
