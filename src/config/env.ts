/**
 * The environment, read once: real variables over those of the `.env` file, checked and frozen.
 * The only file under `src` that touches `process.env`. Values that may hold a password are never printed.
 *
 * Entry points: `readEnv` (throws `ConfigError`), `stateFolder` and `isDebugging` (never throw).
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { ConfigError } from '../core/errors.ts';
import { formatFound } from './describe-issue.ts';
import { suggestion } from './nearest.ts';

/** The project folder. */
export const PROJECT_FOLDER = resolve(import.meta.dirname, '..', '..');

export interface Env {
  /** Null: the embedded PostgreSQL under the state folder. */
  readonly databaseUrl: string | null;
  /** Null: the queue lives in the database. */
  readonly redisUrl: string | null;
  readonly tradingMode: 'paper' | 'live';
  readonly logLevel: LogLevel;
  /** Null: pretty on a terminal, JSON elsewhere. */
  readonly logFormat: 'json' | 'pretty' | null;
  /** Where this machine's own files are kept: the embedded database, logs, caches. */
  readonly stateFolder: string;
  /** True when the owner named the state folder, so that nothing may be put elsewhere. */
  readonly isStateFolderGiven: boolean;
  /** The bot's configuration file, absolute. */
  readonly configPath: string;
  /** Null: no broker account; the bundled session is played by the simulator of the broker's protocol. */
  readonly angelOne: AngelOneAccess | null;
  /** A simulator of the broker, instead of the broker. */
  readonly angelOneUrl: string | null;
  /** Null: alerts go to the terminal only. */
  readonly telegram: TelegramAccess | null;
  /** Null: nobody watches from outside. */
  readonly heartbeatUrl: string | null;
  /** Null: broker tokens are not kept, so each start logs in. */
  readonly tokenKey: Buffer | null;
  /** Values that must never be printed. */
  readonly secrets: readonly string[];
}

export interface TelegramAccess {
  readonly token: string;
  readonly apiRoot: string;
  /** Where all calls go through, as a URL that may hold a password; null: straight there. */
  readonly proxy: string | null;
}

/** What a person has to give to trade at Angel One; all four are secrets. */
export interface AngelOneAccess {
  readonly clientCode: string;
  readonly mpin: string;
  readonly totpSecret: string;
  readonly apiKey: string;
}

/** Where the Bot API is served to everybody. */
const TELEGRAM_API = 'https://api.telegram.org';
/** Shorter values are not struck out of texts. */
const SHORTEST_REDACTED = 5;
/** Without a password in it the address of a server is no secret. */
const SERVER_URL = /^(?:postgres(?:ql)?|rediss?):/;
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
type Variables = Readonly<Record<string, string | undefined>>;

interface Variable {
  readonly schema: z.ZodType<string | undefined>;
  readonly expected: string;
  /** The value may hold a password. */
  readonly isSecret: boolean;
}

const VARIABLES = {
  DATABASE_URL: secretUrl(['postgres:', 'postgresql:'], 'a URL that starts with postgres://'),
  REDIS_URL: secretUrl(['redis:', 'rediss:'], 'a URL that starts with redis:// or rediss://'),
  TRADING_MODE: oneOf(['paper', 'live']),
  LOG_LEVEL: oneOf(LOG_LEVELS),
  LOG_FORMAT: oneOf(['json', 'pretty']),
  ANGEL_CLIENT_CODE: shaped(/^[A-Z0-9]{3,20}$/, 'the client code, capital letters and digits'),
  ANGEL_MPIN: secret(/^\d{4}$/, 'the four digits of the MPIN, not the web password'),
  ANGEL_TOTP_SECRET: secret(/^[A-Z2-7]{16,}=*$/i, 'the base-32 secret that was shown when TOTP was enrolled'),
  ANGEL_API_KEY: secret(/^\S{4,}$/, 'the API key of a SmartAPI trading app'),
  ANGEL_SIMULATOR_URL: loopbackUrl(),
  TELEGRAM_BOT_TOKEN: secret(/^\d{5,}:[\w-]{20,}$/, 'the token that @BotFather gave, such as 123456789:AA…'),
  TELEGRAM_API_ROOT: webUrl('a URL such as https://api.telegram.org'),
  TELEGRAM_PROXY: proxyUrl(),
  HEARTBEAT_URL: secret(/^https?:\/\/\S+$/, 'the URL of a check, such as https://hc-ping.com/<uuid>'),
  SIGNALMAN_KEY: secret(/^[0-9a-f]{64}$/i, '64 hexadecimal digits, such as `openssl rand -hex 32` prints'),
  SIGNALMAN_STATE: plain('the path of a folder'),
  SIGNALMAN_CONFIG: plain('the path of a configuration file'),
  SIGNALMAN_DEBUG: oneOf(['0', '1']),
} satisfies Record<string, Variable>;
type VariableName = keyof typeof VARIABLES;
const ANGEL_NAMES = ['ANGEL_CLIENT_CODE', 'ANGEL_MPIN', 'ANGEL_TOTP_SECRET', 'ANGEL_API_KEY'] as const;
const NAMES = Object.keys(VARIABLES).filter(isVariableName);

/** Reads `process.env` and the project's `.env`; tests pass their own. */
export function readEnv(real: Variables = process.env, dotenv: string | undefined = readDotenv()): Env {
  const fromFile = dotenv === undefined ? {} : parseEnv(dotenv);
  const problems = [...unknownProblems(Object.keys(fromFile), '.env: '), ...unknownProblems(ownNames(real), '')];
  const given = (name: VariableName): string | undefined => {
    const text = (real[name] ?? fromFile[name])?.trim();
    if (text === undefined || text === '') return undefined;
    const variable: Variable = VARIABLES[name];
    if (variable.schema.safeParse(text).success) return text;
    const found = variable.isSecret ? 'something else (not shown, it is or may hold a secret)' : formatFound(text);
    problems.push(`${real[name] === undefined ? '.env: ' : ''}${name}: expected ${variable.expected}, found ${found}`);
    return undefined;
  };
  const values = Object.fromEntries(NAMES.map((name) => [name, given(name)])) as Record<
    VariableName,
    string | undefined
  >;
  const access = ANGEL_NAMES.filter((name) => values[name] !== undefined);
  if (problems.length === 0 && access.length > 0 && access.length < ANGEL_NAMES.length) {
    const missing = ANGEL_NAMES.filter((name) => !access.includes(name));
    problems.push(`${missing.join(', ')}: expected with ${access.join(', ')}, found none`);
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return Object.freeze({
    databaseUrl: values.DATABASE_URL ?? null,
    redisUrl: values.REDIS_URL ?? null,
    tradingMode: values.TRADING_MODE === 'live' ? 'live' : 'paper',
    logLevel: LOG_LEVELS.find((level) => level === values.LOG_LEVEL) ?? 'info',
    logFormat: values.LOG_FORMAT === 'json' || values.LOG_FORMAT === 'pretty' ? values.LOG_FORMAT : null,
    stateFolder: resolve(PROJECT_FOLDER, values.SIGNALMAN_STATE ?? '.signalman'),
    isStateFolderGiven: values.SIGNALMAN_STATE !== undefined,
    configPath: resolve(PROJECT_FOLDER, values.SIGNALMAN_CONFIG ?? 'bot.config.ts'),
    angelOne: angelOneOf(values),
    angelOneUrl: values.ANGEL_SIMULATOR_URL ?? null,
    telegram: telegramOf(values),
    heartbeatUrl: values.HEARTBEAT_URL ?? null,
    tokenKey: values.SIGNALMAN_KEY === undefined ? null : Buffer.from(values.SIGNALMAN_KEY, 'hex'),
    secrets: Object.freeze(secretsOf(values)),
  });
}

function angelOneOf(values: Readonly<Record<VariableName, string | undefined>>): AngelOneAccess | null {
  const { ANGEL_CLIENT_CODE: clientCode, ANGEL_MPIN: mpin } = values;
  const { ANGEL_TOTP_SECRET: totpSecret, ANGEL_API_KEY: apiKey } = values;
  if (clientCode === undefined || mpin === undefined || totpSecret === undefined || apiKey === undefined) return null;
  return Object.freeze({ clientCode, mpin, totpSecret, apiKey });
}

function telegramOf(values: Readonly<Record<VariableName, string | undefined>>): TelegramAccess | null {
  const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_API_ROOT: apiRoot = TELEGRAM_API, TELEGRAM_PROXY: proxy = null } = values;
  return token === undefined ? null : Object.freeze({ token, apiRoot, proxy });
}

/** For reports of errors, which must work when the environment itself is wrong. */
export function stateFolder(): string {
  return resolve(PROJECT_FOLDER, uncheckedVariables().SIGNALMAN_STATE || '.signalman');
}

/** True when `npm start` or another script of npm's started this process. */
export function isStartedByNpm(): boolean {
  return process.env.npm_lifecycle_event !== undefined;
}

export function isDebugging(): boolean {
  return uncheckedVariables().SIGNALMAN_DEBUG === '1';
}

/** Passwords and whole URLs that carry one, of the environment as it is, valid or not. */
export function knownSecrets(): readonly string[] {
  return secretsOf(uncheckedVariables());
}

function uncheckedVariables(): Variables {
  return { ...parseEnv(readDotenv() ?? ''), ...process.env };
}

function readDotenv(): string | undefined {
  try {
    return readFileSync(resolve(PROJECT_FOLDER, '.env'), 'utf8');
  } catch {
    return undefined;
  }
}

function* unknownProblems(names: readonly string[], prefix: string): Generator<string> {
  for (const name of names) {
    if (isVariableName(name)) continue;
    yield `${prefix}${name}: expected a variable of .env.example, found an unknown name${suggestion(name, NAMES)}`;
  }
}

/** Of the real environment only names that are plainly meant for this program can be wrong. */
function ownNames(real: Variables): string[] {
  return Object.keys(real).filter((name) => name.startsWith('SIGNALMAN_'));
}

function isVariableName(name: string): name is VariableName {
  return Object.hasOwn(VARIABLES, name);
}

function secretsOf(values: Variables): string[] {
  const secrets: string[] = [];
  for (const name of NAMES) {
    const text = values[name]?.trim();
    if (!text || !VARIABLES[name].isSecret) continue;
    const password = URL.canParse(text) ? new URL(text).password : '';
    if (password !== '') secrets.push(text, password, decoded(password) ?? password);
    // Four digits stand in too many prices to be struck out everywhere: the MPIN is kept out of texts at its source.
    else if (!isOpenAddress(name, text) && text.length >= SHORTEST_REDACTED) secrets.push(text);
  }
  return [...new Set(secrets)];
}

function isOpenAddress(name: VariableName, text: string): boolean {
  return SERVER_URL.test(text) || (name === 'TELEGRAM_PROXY' && !text.includes('@'));
}

function oneOf(values: readonly string[]): Variable {
  return {
    schema: z.enum(values),
    expected: `one of ${values.map((value) => `"${value}"`).join(', ')}`,
    isSecret: false,
  };
}

function plain(expected: string): Variable {
  return { schema: z.string().min(1), expected, isSecret: false };
}

/** Credentials go nowhere but to the broker and to this machine. */
function loopbackUrl(): Variable {
  const schema = z.string().refine((text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, hostname } = new URL(text);
    return protocol === 'http:' && (hostname === '127.0.0.1' || hostname === 'localhost');
  });
  return { schema, expected: 'a URL such as http://127.0.0.1:4000', isSecret: false };
}

function webUrl(expected: string): Variable {
  const schema = z.string().refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol));
  return { schema, expected, isSecret: false };
}

function shaped(shape: RegExp, expected: string): Variable {
  return { schema: z.string().regex(shape), expected, isSecret: false };
}

function secret(shape: RegExp, expected: string): Variable {
  return { schema: z.string().regex(shape), expected, isSecret: true };
}

function proxyUrl(): Variable {
  const schema = z.string().refine((text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, hostname, pathname, search, hash, username, password } = new URL(text);
    if (!['http:', 'https:', 'socks5:'].includes(protocol) || hostname === '') return false;
    const isWhole = (username === '') === (password === '') && decoded(username + password) !== undefined;
    return isWhole && /^\/?$/.test(pathname) && search === '' && hash === '';
  });
  const expected =
    'a URL that starts with http://, https:// or socks5:// and ends with the port; with a user also a password, special characters in both as %40 and the like';
  return { schema, expected, isSecret: true };
}

/** Undefined for what is not percent-encoded as it should be. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function secretUrl(protocols: readonly string[], expected: string): Variable {
  const schema = z.string().refine((text) => {
    if (!URL.canParse(text)) return false;
    const url = new URL(text);
    return protocols.includes(url.protocol) && url.hostname !== '';
  });
  return { schema, expected, isSecret: true };
}
