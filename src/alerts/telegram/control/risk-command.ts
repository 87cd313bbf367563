import { dayOf, formatDay } from '../../../core/time.ts';
import { accountRisk } from '../../views/account-risk.ts';
import { riskLines } from '../../views/risk-view.ts';
import type { ViewCommand } from './bot-command.ts';
import { answer, spanOf, withoutArguments } from './view-commands.ts';

/** What risk does, where `/limits` says what it is to do. */
export const RISK_COMMAND: ViewCommand = {
  ...{ name: 'risk', role: 'viewer', usage: '', isSafety: false, isPaged: true },
  summary: 'what risk has allowed and denied, what is exposed, what the stops would cost, what halts entries',
  run: withoutArguments(async (desk) => {
    const day = spanOf('day', desk.day());
    const [verdicts, positions, result, { switches, unknownOrders }, halts] = await Promise.all([
      desk.views.verdicts(day),
      desk.views.risks(),
      desk.views.result(day),
      desk.views.status(),
      desk.told.halts(),
    ]);
    const facts = { verdicts, risk: accountRisk(positions), result, status: { switches, unknownOrders }, halts };
    const today = dayOf(desk.day());
    return answer('Risk', riskLines(facts, today === dayOf(desk.now()) ? 'today' : formatDay(today)), facts);
  }),
};
