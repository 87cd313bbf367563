/**
 * What has been told of each order, so that each update is told when it changes something and each fill once. Entry points:
 * `hint` for a frame of the stream, `take` for the broker's books.
 *
 * Invariants: fills come from the books only (frames carry sums); the fills of an order are told before the update that
 * ends it, since a cancelled order may have some; after the end of an order no other status of it is told. A book that was
 * asked for before a frame came is older than the frame: its fills count, its status does not. Order book and trade book
 * lag behind each other too: what the order's row says is filled is waited for as if a frame had said so. Only a book can
 * show whether a broker id that we did not know is the order's new name or a second order.
 */
import type { Fill } from '../../../core/fill.ts';
import type { BrokerOrderId, ClientOrderId } from '../../../core/ids.ts';
import type { OrderUpdate } from '../../../core/order.ts';
import type { EpochMs } from '../../../core/time.ts';
import type { BookedOrder } from '../../../ports/broker.ts';
import { isOurTag } from '../../shared/our-tag.ts';
import { timeOfStamp } from '../rest/wire-values.ts';
import type { OrderFrame } from './order-frame.ts';

export interface OrderEars {
  onUpdate(update: OrderUpdate): void;
  onFill(fill: Fill): void;
  /** Two orders at the broker under one id of ours; once for each of ours. */
  onDoubled(clientOrderId: ClientOrderId, one: BrokerOrderId, other: BrokerOrderId): void;
}

interface Told {
  status: OrderUpdate['status'] | null;
  brokerOrderId: BrokerOrderId | null;
  filled: number;
  /** The highest sum that a frame or the order's row has named. */
  announced: number;
  /** The number of the last frame about it. */
  lastFrame: number;
  /** Looks into the books that did not show what was announced. */
  vainLooks: number;
  /** The last book had one row with this tag. */
  isAlone: boolean;
  isDoubled: boolean;
}

/** The trade book lags behind by seconds at most; after so many looks the order's end is told without its fills. */
const MOST_VAIN_LOOKS = 10;

export class OrderTeller {
  readonly #ears: OrderEars;
  readonly #told = new Map<ClientOrderId, Told>();
  readonly #fillIds = new Set<string>();
  #frames = 0;
  #foreign = 0;

  constructor(ears: OrderEars) {
    this.#ears = ears;
  }

  /** Frames and book rows of orders that are not ours. */
  get foreign(): number {
    return this.#foreign;
  }

  /** Taken down before the books are asked for, handed back with what they say. */
  get frames(): number {
    return this.#frames;
  }

  /** Fills have been announced that no book has shown yet. */
  get isBehind(): boolean {
    for (const { filled, announced } of this.#told.values()) if (filled < announced) return true;
    return false;
  }

  /** Tells what the frame alone proves; true when the books have to be looked at for the rest. */
  hint(frame: OrderFrame, now: EpochMs): boolean {
    if (!isOurTag(frame.tag)) {
      this.#foreign += 1;
      return false;
    }
    const clientOrderId = frame.tag;
    const told = this.#of(clientOrderId);
    this.#frames += 1;
    told.lastFrame = this.#frames;
    const { status, filled } = frame;
    if (filled !== null) announce(told, filled);
    if (told.brokerOrderId !== null && told.brokerOrderId !== frame.orderId) return true;
    const isBehind = told.filled < told.announced;
    const update: OrderUpdate = {
      clientOrderId,
      status: status === 'FILLED' ? 'ACCEPTED' : status,
      brokerOrderId: frame.orderId as BrokerOrderId,
      reason: frame.text === '' ? null : frame.text,
      time: timeOfStamp(frame.stamp) ?? now,
    };
    if (!isEnd(update)) {
      this.#tell(told, update);
      // Done in full, but no sum: only the books know.
      return isBehind || (status === 'FILLED' && filled === null);
    }
    if (isBehind || filled === null) return true;
    this.#tell(told, update);
    return false;
  }

  /** `framesBefore` is what `frames` was when the books were asked for. True: they were out of date, look again. */
  take(booked: readonly BookedOrder[], framesBefore: number): boolean {
    const ours = booked.filter(({ update }) => isOurTag(update.clientOrderId));
    this.#foreign += booked.length - ours.length;
    const rowsOf = Map.groupBy(ours, ({ update }) => update.clientOrderId);
    let isOutOfDate = false;
    const open: OrderUpdate[] = [];
    const ended: OrderUpdate[] = [];
    const fills: Fill[] = [];
    for (const { update, fills: shown, filledQuantity } of ours) {
      const told = this.#of(update.clientOrderId);
      for (const fill of shown) {
        if (this.#fillIds.has(fill.fillId)) continue;
        this.#fillIds.add(fill.fillId);
        told.filled += fill.quantity;
        fills.push(fill);
      }
      announce(told, filledQuantity);
      if (told.lastFrame > framesBefore) {
        isOutOfDate = true;
        continue;
      }
      told.isAlone = rowsOf.get(update.clientOrderId)?.length === 1;
      if (!isEnd(update)) open.push(update);
      else if (told.filled >= told.announced || told.vainLooks >= MOST_VAIN_LOOKS) ended.push(update);
      if (told.filled < told.announced) told.vainLooks += 1;
    }
    for (const update of open.sort(byTime)) this.#tell(this.#of(update.clientOrderId), update);
    for (const fill of fills.sort(byTime)) this.#ears.onFill(fill);
    for (const update of ended.sort(byTime)) this.#tell(this.#of(update.clientOrderId), update);
    return isOutOfDate;
  }

  #of(clientOrderId: ClientOrderId): Told {
    const known = this.#told.get(clientOrderId);
    if (known !== undefined) return known;
    const fresh: Told = {
      ...{ status: null, brokerOrderId: null, filled: 0, announced: 0, lastFrame: 0, vainLooks: 0 },
      ...{ isAlone: false, isDoubled: false },
    };
    this.#told.set(clientOrderId, fresh);
    return fresh;
  }

  #tell(told: Told, update: OrderUpdate): void {
    const { status, brokerOrderId } = update;
    const isOther = brokerOrderId !== null && told.brokerOrderId !== null && brokerOrderId !== told.brokerOrderId;
    if (isOther && told.brokerOrderId !== null && !told.isAlone) {
      // The status is that of the one we knew first; the money is counted for both.
      if (!told.isDoubled) this.#ears.onDoubled(update.clientOrderId, told.brokerOrderId, brokerOrderId);
      told.isDoubled = true;
      return;
    }
    // Alone in the book and not under the name we know: the broker has renamed it.
    const isNamed = isOther || (brokerOrderId !== null && told.brokerOrderId === null);
    const hasEnded = told.status !== null && isEnd({ status: told.status });
    const isNews = status !== told.status && !hasEnded && (told.status === null || status !== 'SUBMITTED');
    if (!isNews && !isNamed) return;
    told.brokerOrderId = brokerOrderId ?? told.brokerOrderId;
    if (isNews) told.status = status;
    // An older status that brings the broker's name is told as the status that holds.
    this.#ears.onUpdate(isNews || told.status === null ? update : { ...update, status: told.status });
  }
}

/** A sum that was named, by a frame or by the order's row: so much will be in the trade book. */
function announce(told: Told, filled: number): void {
  if (filled <= told.announced) return;
  told.announced = filled;
  told.vainLooks = 0;
}

function isEnd({ status }: Pick<OrderUpdate, 'status'>): boolean {
  return status === 'CANCELED' || status === 'REJECTED' || status === 'EXPIRED';
}

function byTime(a: { readonly time: EpochMs }, b: { readonly time: EpochMs }): number {
  return a.time - b.time;
}
