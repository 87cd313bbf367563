/**
 * Calls to Angel One: budget, headers, session, envelope, and one `Outcome`. A read whose session has died is asked once more
 * with a new one; a write never is. Entry point: `call`.
 */
import type { z } from 'zod';
import type { CallBudget, CallPriority } from '../../../ports/call-budget.ts';
import type { Outcome } from '../../../ports/outcome.ts';
import { WriteProof } from '../../shared/write-proof.ts';
import type { AngelOneTokens, TokenSource } from '../settings.ts';
import type { CallClass } from './call-class.ts';
import { ERROR_CODES } from './error-codes.ts';
import { type Envelope, readEnvelope } from './read-envelope.ts';
import type { RestAnswer, RestTransport } from './rest-transport.ts';

export interface Call<T> {
  readonly class: CallClass;
  readonly priority: CallPriority;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** A write may have been carried out though its answer is bad. */
  readonly isWrite: boolean;
  readonly schema: z.ZodType<T>;
  /** What "no data" means; without it that is an answer of the wrong shape. */
  readonly empty?: T;
  /** Login and refresh go out without a token. */
  readonly isOpen?: boolean;
}

export interface RestClientOptions {
  readonly transport: RestTransport;
  readonly budget: CallBudget<CallClass>;
  readonly apiKey: string;
  readonly tokens: TokenSource;
  /** Nothing works until a person has seen to it: trading has to stop. Told once a reason. */
  readonly onHalt: (reason: string) => void;
  /** Whether this process still is the one that trades the account: asked for each write, at most 20 ms before it goes. */
  readonly mayWrite?: (() => Promise<boolean>) | undefined;
  /** How long an answer may take; three times as long for past candles. 10 s by default. */
  readonly patienceMs?: number | undefined;
}

const PATIENCE_MS = 10_000;
/** Long lists are made before they are sent. */
const HISTORY_PATIENCE = 3;
const THROTTLE_REST_MS = 1_000;
/** Figures that are not there off hours. A book called empty by mistake would have its orders sent again. */
const MAY_BE_EMPTY: ReadonlySet<CallClass> = new Set(['greeks', 'derived']);

export class RestClient {
  readonly #options: RestClientOptions;
  readonly #halts = new Set<string>();

  constructor(options: RestClientOptions) {
    this.#options = options;
  }

  async call<T>(call: Call<T>): Promise<Outcome<T>> {
    for (const isLast of [false, true]) {
      let tokens: AngelOneTokens | undefined;
      if (!call.isOpen) {
        try {
          tokens = await this.#options.tokens.tokens();
        } catch (error) {
          return { kind: 'session', reason: error instanceof Error ? error.message : 'No session' };
        }
      }
      const outcome = await this.#send(call, tokens);
      if (outcome.kind !== 'session' || tokens === undefined) return outcome;
      this.#options.tokens.invalidate(tokens);
      if (call.isWrite || isLast) return outcome;
    }
    return { kind: 'session', reason: 'The broker does not take a new session either' };
  }

  async #send<T>(call: Call<T>, tokens: AngelOneTokens | undefined): Promise<Outcome<T>> {
    const { budget, mayWrite } = this.#options;
    const proof = call.isWrite && mayWrite ? new WriteProof(mayWrite) : null;
    let onAnswer: () => void;
    try {
      onAnswer = await budget.take(call.class, call.priority);
    } catch (error) {
      return { kind: 'transient', reason: error instanceof Error ? error.message : 'The budget of calls is not there' };
    }
    try {
      // The last thing before the wire: a process that slept since it was asked to send may not send any more.
      if (proof !== null && !(await proof.holds())) {
        return { kind: 'transient', reason: 'No proof that the account is still ours alone: nothing was sent' };
      }
      return await this.#sendNow(call, tokens);
    } finally {
      onAnswer();
    }
  }

  async #sendNow<T>(call: Call<T>, tokens: AngelOneTokens | undefined): Promise<Outcome<T>> {
    const { transport, patienceMs = PATIENCE_MS } = this.#options;
    const answer = await transport.send({
      method: call.method,
      path: call.path,
      headers: this.#headers(tokens),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      timeoutMs: call.class === 'candles' ? patienceMs * HISTORY_PATIENCE : patienceMs,
    });
    return this.#outcomeOf(call, answer);
  }

  #outcomeOf<T>(call: Call<T>, answer: RestAnswer): Outcome<T> {
    if (answer.kind === 'not-sent') return { kind: 'transient', reason: answer.reason };
    if (answer.kind === 'unanswered') return unproven(call, answer.reason);
    const envelope = readEnvelope(answer.status, answer.body);
    switch (envelope.kind) {
      case 'data':
        return readData(call, envelope.data);
      case 'error':
        return this.#errorOf(call, envelope);
      case 'throttled':
        return this.#throttled(call);
      case 'fault':
        return unproven(call, envelope.reason);
    }
  }

  #errorOf<T>(call: Call<T>, { code, message }: Extract<Envelope, { kind: 'error' }>): Outcome<T> {
    const known = ERROR_CODES[code];
    const reason = known === undefined ? message || 'no reason given' : withWords(known.meaning, message);
    switch (known?.class) {
      case 'session':
        return { kind: 'session', reason };
      case 'halt':
        if (!this.#halts.has(code)) {
          this.#halts.add(code);
          this.#options.onHalt(`${known.meaning} (${code})`);
        }
        return { kind: 'refused', code, reason };
      case 'refused':
        return { kind: 'refused', code, reason };
      case 'throttled':
        return this.#throttled(call);
      case 'empty':
        return call.empty !== undefined && MAY_BE_EMPTY.has(call.class)
          ? { kind: 'done', value: call.empty }
          : unproven(call, `${reason} (${code})`);
      case 'busy':
        return unproven(call, `${reason} (${code})`);
      case 'look':
        // Of a write the back office's catch-all proves nothing; of a read it is the answer.
        return call.isWrite && code === 'AB1007' && !/invalid|not found|reject/i.test(message)
          ? { kind: 'unknown', reason: `${reason} (${code})` }
          : { kind: 'refused', code, reason };
      case undefined:
        return call.isWrite ? { kind: 'unknown', reason: `${reason} (${code})` } : { kind: 'refused', code, reason };
    }
  }

  /** The text of a throttled write is no proof that it was not carried out; the books are asked. */
  #throttled<T>(call: Call<T>): Outcome<T> {
    this.#options.budget.rest(call.class, THROTTLE_REST_MS);
    if (call.isWrite) return { kind: 'unknown', reason: 'The broker throttled the call' };
    return { kind: 'throttled', retryAfterMs: THROTTLE_REST_MS };
  }

  #headers(tokens: AngelOneTokens | undefined): Record<string, string> {
    return {
      'content-type': 'application/json',
      accept: 'application/json',
      'x-usertype': 'USER',
      'x-sourceid': 'WEB',
      'x-clientlocalip': '127.0.0.1',
      'x-clientpublicip': '127.0.0.1',
      'x-macaddress': '00:00:00:00:00:00',
      'x-privatekey': this.#options.apiKey,
      ...(tokens === undefined ? {} : { authorization: `Bearer ${tokens.jwt}` }),
    };
  }
}

function unproven<T>({ isWrite }: Call<T>, reason: string): Outcome<T> {
  return isWrite ? { kind: 'unknown', reason } : { kind: 'transient', reason };
}

function readData<T>(call: Call<T>, data: unknown): Outcome<T> {
  if (data === null && call.empty !== undefined) return { kind: 'done', value: call.empty };
  const parsed = call.schema.safeParse(data);
  if (parsed.success) return { kind: 'done', value: parsed.data };
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'data' : `data.${issue.path.join('.')}`;
  return unproven(
    call,
    `The broker's answer has another shape than expected: ${where}: ${issue?.message ?? 'unreadable'}`,
  );
}

function withWords(meaning: string, message: string): string {
  return message === '' || meaning.toLowerCase().includes(message.toLowerCase()) ? meaning : `${meaning}: "${message}"`;
}
