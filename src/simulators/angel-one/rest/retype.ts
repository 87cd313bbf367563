import type { Behaviours } from '../control/behaviours.ts';

/** Digits that are names, not numbers. */
const NAMES =
  /^(orderid|uniqueorderid|exchangeorderid|parentorderid|fillid|symboltoken|token|ordertag|clientid|clientcode|id|isin|text|script|refreshtoken|jwttoken|feedtoken|state|mobileno)$/i;

/** The answer with its numbers as the switch says: the broker has sent the same fields as text and as numbers. */
export function retyped(value: unknown, numbers: Behaviours['numbers']): unknown {
  return numbers === 'documented' ? value : changed(value, '', numbers);
}

function changed(value: unknown, key: string, numbers: 'strings' | 'numbers'): unknown {
  if (Array.isArray(value)) return value.map((each) => changed(each, key, numbers));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, changed(each, name, numbers)]));
  }
  if (NAMES.test(key)) return value;
  if (numbers === 'strings') return typeof value === 'number' ? String(value) : value;
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}
