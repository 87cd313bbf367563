/** `/gtt`: shows good-till-triggered rules, and makes, changes and takes them back after asking. */
import type { RuleDesk, RulePlan } from '../../../ports/rule-desk.ts';
import { cancelledRuleLines, plannedRuleLines } from '../../views/rule-view.ts';
import { bold, plain } from '../write-messages.ts';
import type { BotCommand, Reply } from './bot-command.ts';
import { deedOf, GTT_USAGES, type GttAsked, readGtt } from './read-gtt.ts';

const NO_RULES =
  'Nothing was done: this worker fills orders on paper, and a rule rests at a broker. It takes TRADING_MODE=live and an account in .env (see .env.example).';

export const GTT_COMMAND: BotCommand = {
  name: 'gtt',
  role: 'viewer',
  roleOf: ([word]) => {
    const deed = deedOf(word);
    return deed === null || deed === 'list' ? 'viewer' : 'operator';
  },
  usage: '[list|new|modify|cancel]',
  summary:
    'good-till-triggered rules: those that rest and those that ended of late; an operator makes and changes them',
  isSafety: false,
  isPaged: true,
  async run(args, desk) {
    const asked = readGtt(args);
    if (asked.deed === 'misread') {
      const usage = asked.meant === null ? {} : { usage: GTT_USAGES[asked.meant] };
      return { kind: 'misread', problem: asked.problem, ...usage };
    }
    if (asked.deed === 'list') {
      const lines = await desk.told.gtt();
      const head = lines.length === 0 ? 'GTT rules: none' : 'GTT rules';
      return { kind: 'lines', lines: [bold(head), ...lines.map(plain)], facts: lines };
    }
    if (desk.rules === null) return { kind: 'lines', lines: [plain(NO_RULES)], facts: null };
    return replyOf(await planOf(asked, desk.rules), asked.deed);
  },
};

function planOf(asked: Extract<GttAsked, { deed: 'new' | 'modify' | 'cancel' }>, rules: RuleDesk): Promise<RulePlan> {
  switch (asked.deed) {
    case 'new':
      return rules.planNew(asked.wish);
    case 'modify':
      return rules.planChange(asked.idStart, asked.change);
    case 'cancel':
      return rules.planCancel(asked.idStart);
  }
}

function replyOf(plan: RulePlan, deed: keyof typeof GTT_USAGES): Reply {
  if (plan.kind === 'refused') return { kind: 'misread', problem: plan.why, usage: GTT_USAGES[deed] };
  const { rule, before, lastPrice, action } = plan;
  const effect = deed === 'cancel' ? cancelledRuleLines(rule) : plannedRuleLines(rule, before, lastPrice);
  return { kind: 'ask', effect, action };
}
