import { z } from 'zod';
import type { ClientOrderId } from '../core/ids.ts';

/** What an order job carries: the client order id, from which Postgres knows the rest. */
export const orderPayload = z
  .strictObject({ subject: z.string().regex(/^[0-9a-z]{16}$/, 'expected 16 characters 0-9 and a-z') })
  .transform(({ subject }) => ({ clientOrderId: subject as ClientOrderId }));
