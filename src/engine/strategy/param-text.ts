/**
 * Params as a command line gives them: texts. Numbers and 'true' / 'false' become what they say, everything else stays and
 * is judged by the schema. Used as `z.preprocess(readTexts, z.strictObject({...}))`, so that the schema itself stays plain.
 */
export function readTexts(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return raw;
  return Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, readText(value)]));
}

function readText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(value) ? Number(value) : value;
}
