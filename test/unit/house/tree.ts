import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../../..');

export interface SourceFile {
  /** From the project folder, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
}

/** Every `.ts` and `.mjs` file under the folders. */
export function sourcesIn(...folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|mjs)$/.test(name))
      .map((name) => {
        const path = `${folder}/${name.replaceAll('\\', '/')}`;
        const text = readFileSync(join(ROOT, path), 'utf8');
        return { path, text, lines: text.trimEnd().split('\n').length };
      }),
  );
}
