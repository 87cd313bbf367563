import type { RiskRule } from '../risk-rule.ts';

export const noPositionToExit: RiskRule = {
  name: 'no-position-to-exit',
  appliesTo: 'EXIT',
  denies: (_signal, { position }) => (position.quantity === 0 ? { code: 'NO_POSITION_TO_EXIT' } : undefined),
};
