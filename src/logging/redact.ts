/**
 * Keeps secrets out of everything that is printed: by the name of the key that holds them and by their value.
 */
const MASK = '[redacted]';
/** Shorter values would hide half of every line. */
const SHORTEST_SECRET = 4;
/** A broker's instrument token is a public number and worth reading in a log. */
const SECRET_KEY =
  /pass(word|wd|phrase|code)?$|secret|(?<!instrument[-_]?|symbol[-_]?|script?[-_]?)token|api[-_]?key|authori[sz]ation|cookie|credential|totp|mpin|private[-_]?key|jwt|bearer|client[-_]?code|session[-_]?key|(database|redis)[-_]?url|dsn$|connection[-_]?string/i;
const PIN_KEY = /^pin$|[-_]pin$|[a-z]P(in|IN)$/;
/** `scheme://user:password@`. */
const URL_PASSWORD = /\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s@/]+@/gi;

const secrets = new Set<string>();

/** Values that must never appear, whatever key holds them. */
export function registerSecrets(values: Iterable<string>): void {
  for (const value of values) {
    if (value.length < SHORTEST_SECRET) continue;
    secrets.add(value);
    // As it stands inside a JSON line and inside a URL.
    secrets.add(JSON.stringify(value).slice(1, -1));
    secrets.add(encodeURIComponent(value));
  }
}

export function redactText(text: string): string {
  let clean = text.replace(URL_PASSWORD, `$1${MASK}@`);
  for (const secret of longestFirst()) clean = clean.replaceAll(secret, MASK);
  return clean;
}

/** A copy with every secret replaced; errors become plain objects with their message, stack and cause. */
export function redactValue(value: unknown, key = '', seen: readonly object[] = []): unknown {
  if (hasContent(value) && isSecretKey(key)) return MASK;
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (seen.includes(value)) return '[circular]';
  const inside = [...seen, value];
  if (value instanceof Error) {
    const cause = value.cause === undefined ? {} : { cause: value.cause };
    return redactFields({ ...value, type: value.name, message: value.message, stack: value.stack, ...cause }, inside);
  }
  if (Array.isArray(value)) return value.map((entry) => redactValue(entry, '', inside));
  if (value instanceof Date) return value.toJSON();
  if (value instanceof URL) return redactText(value.href);
  if (value instanceof Map) return redactFields(Object.fromEntries(value), inside);
  if (value instanceof Set) return redactValue([...value], '', inside);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  return redactFields(value, inside);
}

function redactFields(fields: object, inside: readonly object[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, entry]) => [key, redactValue(entry, key, inside)]));
}

function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key) || PIN_KEY.test(key);
}

function hasContent(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && typeof value !== 'boolean';
}

function longestFirst(): string[] {
  return [...secrets].sort((a, b) => b.length - a.length);
}
