/** Readers of request fields: numbers come as text or as numbers, and `''` is as good as none. */
export type WireBody = Readonly<Record<string, unknown>>;

export function textOf(body: WireBody, name: string): string {
  const value = body[name];
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' ? String(value) : '';
}

/** Undefined when absent; NaN when it is no number. */
export function numberOf(body: WireBody, name: string): number | undefined {
  const text = textOf(body, name);
  if (text === '') return undefined;
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
}

export function oneOf<T extends string>(choices: readonly T[], text: string): T | undefined {
  return choices.find((choice) => choice === text);
}
