import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, type SourceFile, sourcesIn } from './tree.ts';

const LONGEST_SOURCE = 300;
const LONGEST_TEST = 600;
const LONGEST_FLOW = 200;
const LONGEST_ENTRY = 40;
/** Names that say nothing, and words another name has taken. */
const EMPTY_NAME = /(^|[-/])(utils?|helpers?|commons?|managers?|misc|stuff)([-./]|$)/;
/** A mode as a name, a flag or a comparison. A candle's provenance may be `live`. */
const MODE_WORD =
  /\bis(Backtest|Paper|Live|Replay|Simulated)\w*|\b(backtest|paper|live)(Mode|Only|Run|Trading)\b|\bdry_?[rR]un|\b\w*[mM]ode\b\s*[!=]==?|[!=]==?\s*'(backtest|paper)'|'(backtest|paper)'\s*[!=]==?|case '(backtest|paper)'/;

const tooLong = (files: readonly SourceFile[], limit: number): string[] =>
  files.filter(({ lines }) => lines > limit).map(({ path, lines }) => `${path}: ${lines} lines, at most ${limit}`);

describe('files', () => {
  it('are short enough to read', () => {
    expect(tooLong(sourcesIn('src', 'strategies', 'scripts', 'bench'), LONGEST_SOURCE)).toEqual([]);
    expect(tooLong(sourcesIn('test'), LONGEST_TEST)).toEqual([]);
  });

  it('show the flow of the engine in one short file', () => {
    const flow = sourcesIn('src/engine').filter(({ path }) => path.endsWith('engine/trading-engine.ts'));
    expect(flow).toHaveLength(1);
    expect(tooLong(flow, LONGEST_FLOW - 1)).toEqual([]);
    expect(
      tooLong(
        sourcesIn('src').filter(({ path }) => path === 'src/main.ts'),
        LONGEST_ENTRY,
      ),
    ).toEqual([]);
  });

  it('have names that say what is inside', () => {
    const paths = sourcesIn('src', 'strategies', 'scripts', 'bench', 'test').map(({ path }) => path);
    expect(paths.filter((path) => EMPTY_NAME.test(path))).toEqual([]);
    expect(
      paths.filter((path) => !/^[a-z0-9._/-]+$/.test(path)),
      'kebab-case',
    ).toEqual([]);
  });
});

describe('the engine', () => {
  it('never asks which mode it is in', () => {
    const asking = sourcesIn('src/engine').flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, index) => (MODE_WORD.test(codeLine(line)) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
    );
    expect(asking).toEqual([]);
  });

  it.each([
    'if (this.isBacktest) return;',
    "if (mode === 'live') send();",
    "const slow = 'paper' === kind;",
    'if (options.paperMode) return;',
    "    case 'backtest':",
    'if (dryRun && x) y();',
  ])('would be caught with %j', (line) => {
    expect(MODE_WORD.test(line)).toBe(true);
  });

  it.each([
    "provenance: hasGap && provenance === 'live' ? 'live-with-gap' : provenance,",
    "const provenances = ['live', 'live-with-gap'];",
    'const liveOrders = 3;',
  ])('is not accused of %j', (line) => {
    expect(MODE_WORD.test(line)).toBe(false);
  });
});

describe('text', () => {
  it('names no path of one machine', () => {
    const files = [...sourcesIn('src', 'strategies', 'scripts', 'bench', 'test'), ...documents()];
    const machinePath = new RegExp(`/(${['work', 'root'].join('|')})/|/home/[a-z]`);
    expect(files.filter(({ text }) => machinePath.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('describes every variable of the environment in .env.example', async () => {
    const source = readFileSync(join(ROOT, 'src/config/env.ts'), 'utf8');
    const names = [...source.matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name]) => name);
    const example = readFileSync(join(ROOT, '.env.example'), 'utf8');
    const described = [...example.matchAll(/^# ([A-Z][A-Z_]+)=/gm)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(5);
    expect(described.toSorted()).toEqual(names.toSorted());
  });
});

/** Comments may name a mode; code may not. */
function codeLine(line: string): string {
  return /^\s*(\/\/|\/?\*)/.test(line) ? '' : line.replace(/\/\/.*$/, '');
}

function documents(): SourceFile[] {
  return ['README.md', 'CHANGELOG.md', 'bot.config.ts', '.env.example', '.ci/run']
    .filter((path) => existsSync(join(ROOT, path)))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8'), lines: 0 }));
}
