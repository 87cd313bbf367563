/**
 * What is written behind `/gtt`, as a wish. Entry point: `readGtt`. Strict: a word that has no meaning, or one that comes
 * twice, makes no wish, so that nothing is ever asked for that was not written.
 */
import { type GttLegName, LONGEST_GTT_DAYS } from '../../../core/gtt.ts';
import type { LegPrices, RuleChange, RuleWish } from '../../../ports/rule-desk.ts';

export const GTT_USAGES = {
  list: 'list',
  new: 'new <instrument> buy|sell <units> trigger <price> limit <price> [days <n>], or: new <instrument> buy|sell <units> stop <trigger>/<limit> target <trigger>/<limit> [days <n>]',
  modify:
    'modify <id> [quantity <units>] [trigger <price>] [limit <price>] [stop <trigger>/<limit>] [target <trigger>/<limit>]',
  cancel: 'cancel <id>',
} as const;
export type GttDeed = keyof typeof GTT_USAGES;

export type GttAsked =
  | { readonly deed: 'list' }
  | { readonly deed: 'new'; readonly wish: RuleWish }
  | { readonly deed: 'modify'; readonly idStart: string; readonly change: RuleChange }
  | { readonly deed: 'cancel'; readonly idStart: string }
  /** `deed`: which was meant, as far as that is known. */
  | { readonly deed: 'misread'; readonly problem: string; readonly meant: GttDeed | null };

const MOST_LETTERS = 64;
/** Grouped as in India or elsewhere, so that a comma for a point is seen. */
const PRICE = /^(?:\d{1,3}(?:,\d{2,3})*,\d{3}|\d{1,8})(?:\.\d{1,4})?$/;
const UNITS = /^(?:\d{1,3}(?:,\d{2,3})*,\d{3}|\d{1,9})$/;
const ID_START = /^[0-9a-z]{3,16}$/;

export function readGtt(args: readonly string[]): GttAsked {
  const [word = 'list', ...rest] = args;
  const deed = deedOf(word);
  if (deed === null) return misread(null, `expected "list", "new", "modify" or "cancel", found "${word}"`);
  switch (deed) {
    case 'list':
      return rest.length === 0 ? { deed } : misread(deed, `expected nothing behind "list", found "${rest.join(' ')}"`);
    case 'new':
      return readNew(rest);
    case 'modify':
      return readModify(rest);
    case 'cancel': {
      const [id = '', ...others] = rest;
      return ID_START.test(id) && others.length === 0 ? { deed, idStart: id } : noId(deed, rest);
    }
  }
}

/** Null when the word names none. */
export function deedOf(word: string | undefined): GttDeed | null {
  const lower = word?.toLowerCase() ?? 'list';
  return lower === 'list' || lower === 'new' || lower === 'modify' || lower === 'cancel' ? lower : null;
}

function readNew(words: readonly string[]): GttAsked {
  const at = words.findIndex((word) => sideOf(word) !== null);
  const side = sideOf(words[at]);
  const instrument = words.slice(0, Math.max(at, 0)).join(' ');
  if (side === null || instrument === '' || instrument.length > MOST_LETTERS) {
    return misread('new', `expected an instrument and "buy" or "sell", found "${words.join(' ')}"`);
  }
  const [units = '', ...others] = words.slice(at + 1);
  const quantity = readUnits(units);
  if (quantity === null) return misread('new', `expected units behind "${words[at]}", found "${units}"`);
  const clauses = readClauses(others, ['trigger', 'limit', 'stop', 'target', 'days']);
  if (typeof clauses === 'string') return misread('new', clauses);
  const { trigger, limit, stop, target, days = LONGEST_GTT_DAYS } = clauses;
  const wish = { instrument, side, quantity, days };
  if (trigger !== undefined && limit !== undefined && stop === undefined && target === undefined) {
    return { deed: 'new', wish: { ...wish, legs: { SINGLE: { triggerPrice: trigger, limitPrice: limit } } } };
  }
  if (stop !== undefined && target !== undefined && trigger === undefined && limit === undefined) {
    return { deed: 'new', wish: { ...wish, legs: { STOP_LOSS: stop, TARGET: target } } };
  }
  const found = Object.keys(clauses).join(', ') || 'neither';
  return misread('new', `expected "trigger" and "limit", or "stop" and "target", found ${found}`);
}

function readModify(words: readonly string[]): GttAsked {
  const [id = '', ...others] = words;
  if (!ID_START.test(id)) return noId('modify', words);
  const clauses = readClauses(others, ['quantity', 'trigger', 'limit', 'stop', 'target']);
  if (typeof clauses === 'string') return misread('modify', clauses);
  const { quantity = null, trigger, limit, stop, target } = clauses;
  const isSingle = trigger !== undefined || limit !== undefined;
  const isPair = stop !== undefined || target !== undefined;
  if (isSingle && isPair) {
    return misread('modify', 'expected "trigger" and "limit", or "stop" and "target", found some of both');
  }
  if (!isSingle && !isPair && quantity === null) return misread('modify', 'expected what is to change, found nothing');
  const legs: Partial<Record<GttLegName, Partial<LegPrices>>> = {};
  if (isSingle) {
    legs.SINGLE = {
      ...(trigger === undefined ? {} : { triggerPrice: trigger }),
      ...(limit === undefined ? {} : { limitPrice: limit }),
    };
  }
  if (stop !== undefined) legs.STOP_LOSS = stop;
  if (target !== undefined) legs.TARGET = target;
  return { deed: 'modify', idStart: id, change: { quantity, legs } };
}

interface Clauses {
  trigger?: number;
  limit?: number;
  stop?: LegPrices;
  target?: LegPrices;
  quantity?: number;
  days?: number;
}

/** In any order, each once; what is wrong with them in words. */
function readClauses(words: readonly string[], known: readonly (keyof Clauses)[]): Clauses | string {
  const clauses: Clauses = {};
  for (let at = 0; at < words.length; at += 2) {
    const [word = '', value = ''] = words.slice(at, at + 2);
    const name = known.find((each) => each === word.toLowerCase());
    if (name === undefined) return `expected one of ${known.join(', ')}, found "${word}"`;
    if (clauses[name] !== undefined) return `expected "${name}" once, found it twice`;
    const problem = take(clauses, name, value);
    if (problem !== null) return `expected ${problem} behind "${name}", found "${value}"`;
  }
  return clauses;
}

/** Null, or what was expected. */
function take(clauses: Clauses, name: keyof Clauses, value: string): string | null {
  switch (name) {
    case 'trigger':
    case 'limit': {
      const price = readPrice(value);
      if (price === null) return 'a price such as 1380 or 1,380.50';
      clauses[name] = price;
      return null;
    }
    case 'stop':
    case 'target': {
      const [trigger = '', limit = '', ...others] = value.split('/');
      const [triggerPrice, limitPrice] = [readPrice(trigger), readPrice(limit)];
      if (triggerPrice === null || limitPrice === null || others.length > 0) {
        return 'a trigger and a limit such as 1350/1345';
      }
      clauses[name] = { triggerPrice, limitPrice };
      return null;
    }
    case 'quantity': {
      const units = readUnits(value);
      if (units === null) return 'units';
      clauses.quantity = units;
      return null;
    }
    case 'days': {
      const days = readUnits(value);
      if (days === null || days > LONGEST_GTT_DAYS) return `days, at most ${LONGEST_GTT_DAYS},`;
      clauses.days = days;
      return null;
    }
  }
}

function sideOf(word: string | undefined): 'BUY' | 'SELL' | null {
  const lower = word?.toLowerCase();
  if (lower === 'buy') return 'BUY';
  return lower === 'sell' ? 'SELL' : null;
}

function readPrice(text: string): number | null {
  const price = PRICE.test(text) ? Number(text.replaceAll(',', '')) : 0;
  return price > 0 ? price : null;
}

function readUnits(text: string): number | null {
  const units = UNITS.test(text) ? Number(text.replaceAll(',', '')) : 0;
  return Number.isSafeInteger(units) && units > 0 ? units : null;
}

function noId(deed: GttDeed, words: readonly string[]): GttAsked {
  return misread(deed, `expected the first letters of a rule's id, found "${words.join(' ')}"`);
}

function misread(meant: GttDeed | null, problem: string): GttAsked {
  return { deed: 'misread', problem, meant };
}
