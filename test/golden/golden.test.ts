import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { strategies } from '../../strategies/index.ts';

it('every registered strategy has a golden backtest', () => {
  const files = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.golden.test.ts'));
  const named = files.map((name) => name.replace('.golden.test.ts', ''));
  expect(named.sort(), 'add test/golden/<strategy>.golden.test.ts').toEqual([...strategies.keys()].sort());
});
