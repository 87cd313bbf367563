import type { RiskRule } from '../risk-rule.ts';

/** The strategy holds that side already, or has an entry on its way. Against what it holds it may enter. */
export const duplicateExposure: RiskRule = {
  name: 'duplicate-exposure',
  appliesTo: 'ENTRY',
  denies({ side }, { position, workingEntryQuantity }) {
    const held = position.quantity;
    const isHeld = side === 'BUY' ? held > 0 : held < 0;
    return isHeld || workingEntryQuantity > 0
      ? { code: 'DUPLICATE_EXPOSURE', held, working: workingEntryQuantity }
      : undefined;
  },
};
