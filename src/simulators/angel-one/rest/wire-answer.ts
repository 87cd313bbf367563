import type { Behaviours } from '../control/behaviours.ts';
import type { Reply } from './reply.ts';
import { retyped } from './retype.ts';

/** What goes onto the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly type: 'application/json' | 'text/plain' | 'text/html';
  readonly body: string;
}

export const THROTTLED: WireAnswer = {
  status: 403,
  type: 'text/plain',
  body: 'Access denied because of exceeding access rate',
};

export const FIREWALL: WireAnswer = {
  status: 200,
  type: 'text/html',
  body: '<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Please consult with your administrator.<br><br>Your support ID is: 1234567890123456789</body></html>',
};

export const NO_ROUTE: WireAnswer = {
  status: 404,
  type: 'application/json',
  body: '{"message":"no Route matched with those values"}',
};

export function emptyAnswer(status: number): WireAnswer {
  return { status, type: 'application/json', body: '' };
}

export function gatewayPage(status: number): WireAnswer {
  const body = `<html><head><title>${status}</title></head><body><center><h1>${status}</h1></center></body></html>`;
  return { status, type: 'text/html', body };
}

/** Each kind of reply in its own envelope; the spellings differ, as they do at the broker. */
export function answerOf(reply: Reply, behaviours: Behaviours): WireAnswer {
  switch (reply.kind) {
    case 'done': {
      const data = retyped(reply.data, behaviours.numbers);
      return reply.style === 'gateway'
        ? json(200, { success: true, message: 'SUCCESS', errorCode: '', data })
        : json(200, { status: true, message: 'SUCCESS', errorcode: '', data });
    }
    case 'refused': {
      const status = reply.isMalformed === true ? behaviours.malformedStatus : 200;
      return errorAnswer(reply.code, reply.message, status);
    }
    case 'gateway':
      return errorAnswer(reply.code, reply.message, behaviours.gatewayStatus);
  }
}

/** Gateway errors (`AG…`) and those of the back office come in different spellings. */
export function errorAnswer(code: string, message: string, status: number): WireAnswer {
  return code.startsWith('AG')
    ? json(status, { success: false, message, errorCode: code, data: '' })
    : json(status, { status: false, message, errorcode: code, data: null });
}

function json(status: number, value: unknown): WireAnswer {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}
