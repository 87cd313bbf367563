import type { EngineOptions } from '../../engine/trading-engine.ts';
import type { MarginQuestion } from '../../ports/margin-source.ts';

/** Every entry that the strategies can ask for, by the lot: shares for delivery are not sold short. */
export function wantedMargins({ strategies }: Pick<EngineOptions, 'strategies'>): readonly MarginQuestion[] {
  const questions = new Map<string, MarginQuestion>();
  for (const { instance, product } of strategies) {
    for (const { id, kind, lotSize } of instance.instruments) {
      if (kind === 'INDEX') continue;
      const sides = kind === 'EQUITY' && product === 'DELIVERY' ? (['BUY'] as const) : (['BUY', 'SELL'] as const);
      for (const side of sides) {
        questions.set(`${id}|${side}|${product}`, { instrumentId: id, side, product, quantity: lotSize });
      }
    }
  }
  return [...questions.values()];
}
