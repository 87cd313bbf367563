import type { Alert, AlertKind, AlertLevel } from '../core/alert.ts';
import type { Order } from '../core/order.ts';
import type { EpochMs } from '../core/time.ts';
import type { Effect, Switches } from '../ports/engine-event.ts';
import { formatDenial, formatFill, formatMovedStop, formatOrder, formatSignal, formatTrade } from './format-alert.ts';

/** What a person is told of one effect; undefined when it is no news. */
export function alertOf(effect: Effect): Alert | undefined {
  switch (effect.type) {
    case 'signalDecided': {
      const { signal } = effect;
      const { verdict, key, createdTime } = signal;
      return verdict.kind === 'DENIED'
        ? alert(`denial/${verdict.reason.code}`, 'info', key, formatDenial(signal), createdTime)
        : alert(`signal/${signal.kind.toLowerCase()}`, 'info', key, formatSignal(signal), createdTime);
    }
    case 'orderChanged': {
      const { order, update } = effect;
      const topic = topicOf(order);
      if (topic === undefined) return undefined;
      const level = topic === 'placed' ? 'info' : topic === 'expired' ? 'warning' : 'critical';
      const key = `${order.clientOrderId}/${order.status}`;
      return alert(`order/${topic}`, level, key, formatOrder(order), update.time);
    }
    case 'orderAmended': {
      const { order, job, time } = effect;
      // A limit that follows the price was drawn just now; a stop that trails it keeps its way of being drawn.
      const isTrailed = order.role === 'STOP_LOSS' && job === 'modify' && order.pricedTime !== time;
      if (!isTrailed || order.triggerPrice === null) return undefined;
      const key = `${order.clientOrderId}/trailed/${order.amendments}`;
      return alert('order/trailed', 'info', key, formatMovedStop(order), time);
    }
    case 'fillBooked': {
      const { fill, order } = effect;
      const topic = order.filledQuantity < order.quantity ? 'partial' : 'full';
      return alert(`fill/${topic}`, 'info', fill.fillId, formatFill(fill, order), fill.time);
    }
    case 'tradeClosed': {
      const { trade } = effect;
      const { signalKey, exitTime, exitReason } = trade;
      return alert(`trade/${exitReason}`, 'info', `${signalKey}/${exitTime}`, formatTrade(trade), exitTime);
    }
    case 'alertRaised':
      return effect.alert;
    case 'switchesChanged': {
      const { text, level } = tellSwitches(effect.switches);
      return alert('system/switch', level, `switches/${effect.time}`, text, effect.time);
    }
    case 'candleClosed':
    case 'signalChanged':
    case 'orderPlanned':
    case 'cancelRequested':
      return undefined;
  }
}

function tellSwitches({ isKilled, isPaused, pausedStrategies }: Switches): { text: string; level: AlertLevel } {
  const own = pausedStrategies.length === 0 ? '' : `; halted on their own: ${pausedStrategies.join(', ')}`;
  if (isKilled) {
    const text = 'The kill switch is on: entries were withdrawn and none is sent until trading is resumed';
    return { text: text + own, level: 'critical' };
  }
  if (isPaused) {
    const text = 'Trading is halted: no entry is sent until it is resumed; positions are kept and protected';
    return { text: text + own, level: 'critical' };
  }
  if (own === '') return { text: 'Trading is resumed', level: 'info' };
  return { text: `Trading goes on${own}; their positions are kept and protected`, level: 'warning' };
}

/** What of an order's life is news; its fills are told on their own. */
function topicOf({ status, filledQuantity }: Order): 'placed' | 'rejected' | 'expired' | 'unknown' | undefined {
  switch (status) {
    case 'ACCEPTED':
      return filledQuantity === 0 ? 'placed' : undefined;
    case 'REJECTED':
      return 'rejected';
    case 'EXPIRED':
      return 'expired';
    case 'UNKNOWN':
      return 'unknown';
    default:
      return undefined;
  }
}

function alert(subject: `${AlertKind}/${string}`, level: AlertLevel, key: string, text: string, time: EpochMs): Alert {
  const [kind, topic] = subject.split('/') as [AlertKind, string];
  return { key: `${kind}/${key}`, kind, topic, level, text, time };
}
