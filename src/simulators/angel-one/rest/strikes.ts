import type { IncomingMessage } from 'node:http';
import type { CallFault } from '../faults/fault.ts';
import type { Strike } from '../faults/fault-board.ts';
import { somethingWrong } from './reply.ts';
import {
  emptyAnswer,
  errorAnswer,
  FIREWALL,
  gatewayPage,
  NO_ROUTE,
  THROTTLED,
  type WireAnswer,
} from './wire-answer.ts';

type AnswerTable = Readonly<Partial<Record<CallFault, (strike: Strike) => WireAnswer>>>;

/** Faults that answer in the broker's place: nothing is done. */
export const EARLY_ANSWERS: AnswerTable = {
  throttle: () => THROTTLED,
  html: ({ status = 200 }) => ({ ...FIREWALL, status }),
  empty: ({ status = 400 }) => emptyAnswer(status),
  gateway: ({ status = 502 }) => gatewayPage(status),
  'no-route': () => NO_ROUTE,
  'something-wrong': ({ status = 200 }) => catchAll(status),
  'error-code': ({ code = 'AB1004', message = '', status = 200 }) => errorAnswer(code, message, status),
};

/** Faults that hide what was done. */
export const LATE_ANSWERS: AnswerTable = {
  'empty-after': ({ status = 400 }) => emptyAnswer(status),
  'gateway-after': ({ status = 504 }) => gatewayPage(status),
  'something-wrong-after': ({ status = 200 }) => catchAll(status),
};

/** Cuts the connection, or leaves it open without a word: the server closes it when it closes. */
export function breakOff(kind: CallFault, { socket }: IncomingMessage): void {
  if (kind === 'drop-before' || kind === 'drop-after') socket.resetAndDestroy();
}

function catchAll(status: number): WireAnswer {
  const { code, message } = somethingWrong();
  return errorAnswer(code, message, status);
}
