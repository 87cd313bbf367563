/** Tokens at rest: AES-256-GCM under the owner's key, bound to the client code, so that a copied file is of no use elsewhere. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { EpochMs } from '../../../core/time.ts';
import type { AngelOneTokens } from '../settings.ts';

export interface StoredTokens {
  readonly tokens: AngelOneTokens;
  /** When they were obtained. */
  readonly time: EpochMs;
}

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const storedSchema = z.object({
  tokens: z.object({ jwt: z.string().min(1), refresh: z.string().min(1), feed: z.string() }),
  time: z.number(),
});

export function sealTokens(stored: StoredTokens, key: Buffer, clientCode: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(Buffer.from(clientCode));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(stored), 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
}

/** Undefined when the text was sealed under another key, for another client, or has been changed. */
export function openTokens(text: string, key: Buffer, clientCode: string): StoredTokens | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length <= IV_BYTES + TAG_BYTES) return undefined;
  try {
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(clientCode))
      .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    const opened = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
    const parsed = storedSchema.safeParse(JSON.parse(opened.toString('utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
