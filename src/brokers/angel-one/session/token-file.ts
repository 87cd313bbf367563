import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openTokens, type StoredTokens, sealTokens } from './sealed-tokens.ts';

/** The day's tokens between two starts, sealed. A file that can not be read or opened is as good as none. */
export class TokenFile {
  readonly #path: string;
  readonly #key: Buffer;
  readonly #clientCode: string;

  /** `key` has 32 bytes. */
  constructor(path: string, key: Buffer, clientCode: string) {
    this.#path = path;
    this.#key = key;
    this.#clientCode = clientCode;
  }

  async load(): Promise<StoredTokens | undefined> {
    const text = await readFile(this.#path, 'utf8').catch(() => undefined);
    return text === undefined ? undefined : openTokens(text, this.#key, this.#clientCode);
  }

  async save(stored: StoredTokens): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    // Whole or not at all, whenever the process dies.
    const part = `${this.#path}.${process.pid}`;
    await writeFile(part, sealTokens(stored, this.#key, this.#clientCode), { mode: 0o600 });
    await rename(part, this.#path);
  }

  async clear(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}
