/**
 * Checks the import map (`.dependency-cruiser.mjs`). Fails when a file was not read: with a TypeScript that
 * dependency-cruiser cannot use it reads no `.ts` file at all, finds no fault and would say that all is well.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const PLACES = ['src', 'strategies', 'scripts', 'bench', 'test', 'bot.config.ts'];
const SOURCE = /\.(ts|mjs)$/;

/** Every fault of the tree under `root`, and the files that were not read. */
export async function checkImports(root) {
  const { default: config } = await import(pathToFileURL(path.join(root, '.dependency-cruiser.mjs')).href);
  const { forbidden, options } = config;
  const files = sourceFiles(root);
  if (files.length === 0) return { filesRead: 0, importsRead: 0, unread: [], faults: [] };
  const places = PLACES.filter((place) => files.some((file) => file === place || file.startsWith(`${place}/`)));
  const tsConfig = extractTSConfig(path.join(root, 'tsconfig.json'));
  const settings = {
    ...options,
    tsConfig: { fileName: path.join(root, 'tsconfig.json') },
    ruleSet: { forbidden },
    validate: true,
    baseDir: root,
  };
  const { output } = await cruise(places, settings, null, { tsConfig });
  const read = new Map(output.modules.map((module) => [module.source, module.dependencies.length]));
  const comments = new Map(forbidden.map((rule) => [rule.name, rule.comment]));
  return {
    filesRead: files.filter((file) => read.has(file)).length,
    importsRead: files.reduce((sum, file) => sum + (read.get(file) ?? 0), 0),
    unread: files.filter((file) => !read.has(file)),
    faults: output.summary.violations.map(({ rule, from, to, cycle }) => ({
      rule: rule.name,
      from,
      to: cycle === undefined ? to : cycle.map(({ name }) => name).join(' -> '),
      comment: comments.get(rule.name),
    })),
  };
}

function sourceFiles(root) {
  return PLACES.flatMap((place) => {
    if (SOURCE.test(place)) return readdirSync(root).includes(place) ? [place] : [];
    if (!readdirSync(root).includes(place)) return [];
    return readdirSync(path.join(root, place), { recursive: true })
      .map((file) => `${place}/${file.split(path.sep).join('/')}`)
      .filter((file) => SOURCE.test(file) && !file.endsWith('.d.mts'));
  });
}

function report({ filesRead, importsRead, unread, faults }) {
  if (unread.length > 0 || filesRead === 0 || importsRead === 0) {
    const which = unread.length === 0 ? '' : `, among the unread ones ${unread.slice(0, 3).join(', ')}`;
    process.stdout.write(
      `The import rules read ${filesRead} of ${filesRead + unread.length} files and ${importsRead} imports${which}: ` +
        'dependency-cruiser cannot read this tree (does it support the installed TypeScript?).\n',
    );
    return 1;
  }
  const rules = Map.groupBy(faults, (fault) => fault.rule);
  for (const [rule, found] of rules) {
    process.stdout.write(`${rule}: ${found[0].comment}\n`);
    for (const { from, to } of found) process.stdout.write(from === to ? `  ${from}\n` : `  ${from} -> ${to}\n`);
  }
  process.stdout.write(`${filesRead} files, ${importsRead} imports, ${faults.length} forbidden.\n`);
  return faults.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = path.resolve(process.argv[2] ?? path.join(path.dirname(fileURLToPath(import.meta.url)), '..'));
  process.exitCode = report(await checkImports(root));
}
