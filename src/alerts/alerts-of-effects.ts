import type { Alert, AlertKind, AlertLevel } from '../core/alert.ts';
import type { EpochMs } from '../core/time.ts';
import type { Effect, Switches } from '../ports/engine-event.ts';
import { formatDenial, formatFill, formatOrder, formatSignal, formatTrade } from './format-alert.ts';

/** What a person is told of one effect; undefined when it is no news. */
export function alertOf(effect: Effect): Alert | undefined {
  switch (effect.type) {
    case 'signalDecided': {
      const { signal } = effect;
      const isDenied = signal.verdict.kind === 'DENIED';
      const text = isDenied ? formatDenial(signal) : formatSignal(signal);
      return alert(isDenied ? 'denial' : 'signal', 'info', signal.key, text, signal.createdTime);
    }
    case 'orderChanged': {
      const { order, update } = effect;
      if (order.status !== 'REJECTED' && order.status !== 'UNKNOWN' && order.status !== 'EXPIRED') return undefined;
      const level = order.status === 'EXPIRED' ? 'warning' : 'critical';
      return alert('order', level, `${order.clientOrderId}/${order.status}`, formatOrder(order), update.time);
    }
    case 'fillBooked':
      return alert('fill', 'info', effect.fill.fillId, formatFill(effect.fill, effect.order.role), effect.fill.time);
    case 'tradeClosed': {
      const { trade } = effect;
      return alert('trade', 'info', `${trade.signalKey}/${trade.exitTime}`, formatTrade(trade), trade.exitTime);
    }
    case 'alertRaised':
      return effect.alert;
    case 'switchesChanged': {
      const { text, level } = tellSwitches(effect.switches);
      return alert('system', level, `switches/${effect.time}`, text, effect.time);
    }
    case 'candleClosed':
    case 'signalChanged':
    case 'orderPlanned':
    case 'orderAmended':
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

function alert(kind: AlertKind, level: AlertLevel, key: string, text: string, time: EpochMs): Alert {
  return { key: `${kind}/${key}`, kind, level, text, time };
}
