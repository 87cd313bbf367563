/**
 * A fault found by zod as one line: the key's path, what was expected, what was found.
 */
import { z } from 'zod';
import { suggestion } from './nearest.ts';

type Issue = z.core.$ZodIssue;
type JsonSchema = z.core.JSONSchema._JSONSchema;
type Path = readonly PropertyKey[];

const LONGEST_VALUE = 60;
const WORDS: Readonly<Record<string, string>> = {
  number: 'a number',
  integer: 'a whole number',
  int: 'a whole number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

/** One line per fault, each starting with the key's path. */
export function describeIssues(
  error: z.core.$ZodError,
  schema: z.ZodType,
  input: unknown,
  prefix: Path = [],
): string[] {
  const shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return error.issues.flatMap((issue) => describeIssue(issue, shape, input, prefix));
}

/** `strategies[1].params.fast`. */
export function formatPath(path: Path): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? String(key) : `.${String(key)}`))
    .join('');
}

/** The value as the owner wrote it, cut short. */
export function formatFound(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'function') return 'a function';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

function describeIssue(issue: Issue, shape: JsonSchema, input: unknown, prefix: Path): string[] {
  const here = (path: Path): string =>
    prefix.length + path.length === 0 ? '' : `${formatPath([...prefix, ...path])}: `;
  if (issue.code === 'unrecognized_keys') {
    const known = propertiesAt(shape, issue.path, input);
    return issue.keys.map(
      (key) => `${here([...issue.path, key])}unknown key, expected one of ${known.join(', ')}${suggestion(key, known)}`,
    );
  }
  const found = valueAt(input, issue.path);
  const expected = expectedOf(issue, shape, input);
  const slip =
    issue.code === 'invalid_value' && typeof found === 'string' ? suggestion(found, issue.values.map(String)) : '';
  return [`${here(issue.path)}expected ${expected}, found ${formatFound(found)}${slip}`];
}

function expectedOf(issue: Issue, shape: JsonSchema, input: unknown): string {
  switch (issue.code) {
    case 'invalid_type': {
      const at = schemaAt(shape, issue.path, input);
      if (at?.enum !== undefined) return oneOf(at.enum);
      const type = issue.expected === 'number' && at?.type === 'integer' ? 'integer' : issue.expected;
      return WORDS[type] ?? `a value of type ${type}`;
    }
    case 'too_small':
      return bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum);
    case 'too_big':
      return bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum);
    case 'invalid_value':
      return oneOf(issue.values);
    case 'invalid_union':
      return 'options' in issue && issue.options !== undefined ? oneOf([...issue.options]) : unionOf(issue);
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return issue.message.startsWith('Invalid') ? `a text of the form ${issue.format}` : issue.message;
    default:
      return issue.message;
  }
}

function bound(origin: string, relation: string, limit: number | bigint): string {
  if (origin === 'string')
    return relation === 'at least' && limit === 1 ? 'a text that is not empty' : `${relation} ${limit} characters`;
  if (origin === 'array' || origin === 'set')
    return `${relation} ${limit} ${Number(limit) === 1 ? 'entry' : 'entries'}`;
  return `${relation} ${limit}`;
}

function unionOf(issue: z.core.$ZodIssueInvalidUnion): string {
  const kinds = new Set(
    issue.errors
      .flat()
      .flatMap((inner) => (inner.code === 'invalid_type' ? [WORDS[inner.expected] ?? inner.expected] : [])),
  );
  return kinds.size > 0 ? [...kinds].join(' or ') : 'another value';
}

function oneOf(values: readonly unknown[]): string {
  const texts = values.map((value) => (typeof value === 'string' ? `"${value}"` : String(value)));
  return texts.length === 1 ? (texts[0] ?? '') : `one of ${texts.join(', ')}`;
}

function valueAt(input: unknown, path: Path): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function propertiesAt(shape: JsonSchema, path: Path, input: unknown): string[] {
  return Object.keys(schemaAt(shape, path, input)?.properties ?? {});
}

/** The JSON schema of the value at the path; of alternatives the one that fits the input's literals. */
function schemaAt(shape: JsonSchema, path: Path, input: unknown): z.core.JSONSchema.BaseSchema | undefined {
  let current = choose(shape, input);
  let value = input;
  for (const key of path) {
    if (current === undefined) return undefined;
    value = valueAt(value, [key]);
    const items = Array.isArray(current.items) ? current.items[Number(key)] : current.items;
    current = choose(current.properties?.[String(key)] ?? items, value);
  }
  return current;
}

function choose(shape: JsonSchema | undefined, value: unknown): z.core.JSONSchema.BaseSchema | undefined {
  if (shape === undefined || typeof shape === 'boolean') return undefined;
  const alternatives = shape.oneOf ?? shape.anyOf;
  if (alternatives === undefined) return shape;
  const objects = alternatives.filter((alternative) => typeof alternative === 'object');
  return (
    objects.find((alternative) => {
      const literals = Object.entries(alternative.properties ?? {}).filter(
        ([, property]) => typeof property === 'object' && 'const' in property,
      );
      return (
        literals.length > 0 &&
        literals.every(([key, property]) => typeof property === 'object' && property.const === valueAt(value, [key]))
      );
    }) ?? objects.find((alternative) => alternative.type !== 'null')
  );
}
