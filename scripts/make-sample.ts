/**
 * Writes the synthetic market that ships in `backtest-data/` (`npm run sample`), or the same into another folder:
 * `node scripts/make-sample.ts <folder>`. The same seed and generator give the same bytes.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadMarketCalendar } from '../src/config/load-market-calendar.ts';
import type { Instrument } from '../src/core/instrument.ts';
import { concatenateColumns } from '../src/history/merge-columns.ts';
import { writeCandlesParquet } from '../src/history/write-candles.ts';
import { writeTicksParquet } from '../src/history/write-ticks.ts';
import { drawSample, SAMPLE_SEED, type Sample, SESSION_DAY } from './sample-market.ts';

/** Rises when the generator draws something else from the same seed. */
const GENERATOR_VERSION = 1;
const NOTICE =
  'SYNTHETIC DATA. The names of shares and indices are real, every price, volume and order-book figure is invented by a ' +
  'seeded generator. Nothing here was recorded on an exchange; no result on it says anything about a real market.';

interface ManifestFile {
  readonly path: string;
  readonly contains: string;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
}

export async function makeSample(folder: string): Promise<void> {
  const sample = drawSample(loadMarketCalendar());
  const described: { path: string; contains: string; rows: number }[] = [];
  await mkdir(join(folder, 'candles', '1m'), { recursive: true });

  for (const [instrumentId, parts] of sample.candles) {
    const symbol = sample.instruments.find((instrument) => instrument.id === instrumentId)?.symbol ?? instrumentId;
    const path = `candles/1m/${symbol}.parquet`;
    const candles = concatenateColumns(parts);
    await writeCandlesParquet(join(folder, path), instrumentId, candles);
    const contains = `one-minute candles of ${instrumentId}, ${parts.length} trading days, ${sample.firstDay} to ${sample.lastDay}`;
    described.push({ path, contains, rows: candles.count });
  }

  const session = `session-${SESSION_DAY}.parquet`;
  await writeTicksParquet(join(folder, session), sample.ticks);
  described.push({ path: session, contains: `every tick of the session of ${SESSION_DAY}`, rows: sample.ticks.length });

  await writeFile(join(folder, 'instruments.json'), `${instrumentLines(sample.instruments)}\n`);
  described.push({
    path: 'instruments.json',
    contains: 'the instruments of all files',
    rows: sample.instruments.length,
  });

  const files = await Promise.all(described.map((file) => manifestFile(folder, file)));
  const manifest = { notice: NOTICE, synthetic: true, seed: SAMPLE_SEED, generatorVersion: GENERATOR_VERSION, files };
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await writeFile(join(folder, 'README.md'), readme(sample, files));
}

async function manifestFile(
  folder: string,
  file: { path: string; contains: string; rows: number },
): Promise<ManifestFile> {
  const path = join(folder, file.path);
  const sha256 = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  return { ...file, bytes: (await stat(path)).size, sha256 };
}

function instrumentLines(instruments: readonly Instrument[]): string {
  return `[\n${instruments.map((instrument) => `  ${JSON.stringify(instrument)}`).join(',\n')}\n]`;
}

function readme(sample: Sample, files: readonly ManifestFile[]): string {
  const rows = files.map(
    (file) => `| \`${file.path}\` | ${file.contains} | ${file.rows} | ${Math.ceil(file.bytes / 1024)} |`,
  );
  const options = sample.instruments
    .filter((instrument) => instrument.kind === 'OPTION')
    .map((option) => `\`${option.id}\``);
  return `# Sample market

**SYNTHETIC. Not market data.** The names of shares and indices are real; every price, volume, open interest and quote is
invented by \`src/simulation/market-generator.ts\` from the seed \`${SAMPLE_SEED}\` (generator version ${GENERATOR_VERSION}).
Nothing here was recorded on an exchange, and no result on it says anything about a real market or a strategy's worth.

It exists so that a backtest and a paper session run straight after a clone. \`npm run sample\` writes it again, byte for byte;
\`manifest.json\` holds the sha256 of every file, and a test compares them.

| file | contains | rows | KiB |
|---|---|---|---|
${rows.join('\n')}

- Candles are named by their open time (\`time\`, epoch milliseconds UTC); prices are rupees on a tick of 0.05; index volume is 0.
- The session's ticks carry the day's cumulative volume and a sequence number per instrument. Shares trade 09:15 to 15:15 and
  close with a few prints of the closing auction, the index runs to 15:30, options to 15:40: the hours from 3 August 2026.
- Options: ${options.join(', ')}. The week's expiry falls on
  Monday, as the Tuesday (2026-11-24) is a holiday.
- Price levels start near those of 2026 so that lots, ticks and charges are of a familiar size. Trends, ranges and rough spells
  alternate more regularly than in a real market, so that strategies have something to do in one day.
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await makeSample(process.argv[2] ?? fileURLToPath(new URL('../backtest-data/', import.meta.url)));
}
