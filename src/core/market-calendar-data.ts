import type { MarketSession } from './market-session.ts';
import type { DayNumber } from './time.ts';

/** Segments share a list of holidays. */
export const SESSION_SEGMENTS = ['equity', 'derivatives', 'currency', 'commodity'] as const;
export type SessionSegment = (typeof SESSION_SEGMENTS)[number];

/** Classes of instruments share their hours; a segment can have several. */
export const SESSION_CLASSES = [
  'share',
  'share-with-derivatives',
  'index',
  'derivative',
  'currency',
  'commodity',
  'commodity-international-agri',
  'commodity-agri',
] as const;
export type SessionClass = (typeof SESSION_CLASSES)[number];

export const SEGMENT_OF_CLASS: Readonly<Record<SessionClass, SessionSegment>> = {
  share: 'equity',
  'share-with-derivatives': 'equity',
  index: 'equity',
  derivative: 'derivatives',
  currency: 'currency',
  commodity: 'commodity',
  'commodity-international-agri': 'commodity',
  'commodity-agri': 'commodity',
};

/** Milliseconds after midnight IST. */
export type TimeOfDayMs = number;

/** Where a row comes from, and whether sources agree on it. */
export interface Sourced {
  readonly source: string;
  readonly confirmed: boolean;
}

/** The days, both included, for which the holidays and special sessions of a segment are listed. */
interface CoverageRow extends Sourced {
  readonly segment: SessionSegment;
  readonly from: DayNumber;
  readonly to: DayNumber;
}

/** Regular hours of some classes from a day on, until a later row of the class. */
export interface HoursRow extends Sourced {
  readonly classes: readonly SessionClass[];
  readonly from: DayNumber;
  readonly open: TimeOfDayMs;
  readonly close: TimeOfDayMs;
  /** The close while the United States are on standard time; null where their clock does not matter. */
  readonly closeOnUsStandardTime: TimeOfDayMs | null;
  readonly auction: { readonly open: TimeOfDayMs; readonly close: TimeOfDayMs } | null;
}

/** Farm goods, which close earlier than metals and energy. */
interface CommodityClassRow extends Sourced {
  readonly class: Extract<SessionClass, `commodity-${string}`>;
  readonly symbols: readonly string[];
}

/** A day that differs from the weekly rule. */
export interface DayRow extends Sourced {
  readonly date: DayNumber;
  readonly segments: readonly SessionSegment[];
  readonly name: string;
  /** Null: closed. A null time in it means that day's regular one. */
  readonly session: {
    readonly kind: Exclude<MarketSession['kind'], 'regular'>;
    readonly open: TimeOfDayMs | null;
    readonly close: TimeOfDayMs | null;
  } | null;
}

export interface MarketCalendarData {
  readonly coverage: readonly CoverageRow[];
  readonly hours: readonly HoursRow[];
  readonly commodityClasses: readonly CommodityClassRow[];
  readonly days: readonly DayRow[];
}
