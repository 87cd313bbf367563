import { z } from 'zod';

/** The stream's answer to a request it did not like; there is none to one that it did. */
export interface ErrorFrame {
  readonly correlationId: string | undefined;
  readonly code: string;
  readonly message: string;
}

/** More than the connection's quota. */
export const LIMIT_EXCEEDED = 'E1002';

const LONGEST_MESSAGE = 80;
const schema = z.object({
  correlationID: z.string().nullish(),
  errorCode: z.string().regex(/^\w{1,16}$/),
  errorMessage: z.string().nullish(),
});

export function parseErrorFrame(text: string): ErrorFrame | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) return undefined;
  const { correlationID, errorCode, errorMessage } = parsed.data;
  const message = (errorMessage ?? '')
    .replace(/[^\x20-\x7e]/g, ' ')
    .trim()
    .slice(0, LONGEST_MESSAGE);
  return { correlationId: correlationID || undefined, code: errorCode, message };
}
