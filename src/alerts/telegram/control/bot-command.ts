import type { AlertKind, AlertSetting } from '../../../core/alert.ts';
import type { StrategyId } from '../../../core/ids.ts';
import type { EpochMs } from '../../../core/time.ts';
import type { AccountViews } from '../../../ports/account-views.ts';
import type { ChartSpec, ChartTheme } from '../../../ports/chart.ts';
import type { MessageBook } from '../../../ports/message-book.ts';
import type { AccountFacts } from '../../views/status-view.ts';
import type { TextLine } from '../write-messages.ts';
import type { ControlAction } from './control-action.ts';
import type { Role } from './guard.ts';

export type Told = 'health' | 'limits' | 'funds' | 'holdings' | 'gtt';

/** What commands look at. */
export interface ViewDesk {
  readonly views: AccountViews;
  /** Those that are configured. */
  readonly strategies: readonly StrategyId[];
  readonly facts: () => AccountFacts;
  readonly theme: ChartTheme;
  /** What only the running worker, or the broker, knows; a line each. */
  readonly told: Readonly<Record<Told, () => Promise<readonly string[]>>>;
  readonly now: () => EpochMs;
  /** A time of the day that is looked at: today, but for a recorded day that was played. */
  readonly day: () => EpochMs;
}

/** What commands act through, besides. */
export interface ControlDesk extends ViewDesk {
  /** A PNG; not on the thread that trades. */
  readonly draw: (chart: ChartSpec) => Promise<Uint8Array>;
  readonly alerts: {
    readonly configured: Readonly<Record<AlertKind, AlertSetting>>;
  } & Pick<MessageBook, 'wishes' | 'setWishes'>;
  /** Resolves with what it came to, in words. */
  readonly carryOut: (action: ControlAction, askedBy: string) => Promise<string>;
}

export type Reply =
  /** `facts`: the same for machines. */
  | {
      readonly kind: 'lines';
      readonly lines: readonly TextLine[];
      readonly facts: unknown;
      /** Shown besides. */
      readonly picture?: ChartSpec | undefined;
    }
  /** What was written makes no command; the usage is shown with it. */
  | { readonly kind: 'misread'; readonly problem: string }
  /** Done at once. */
  | { readonly kind: 'act'; readonly action: ControlAction }
  /** Done when the person says yes to what it would come to. */
  | { readonly kind: 'ask'; readonly effect: readonly string[]; readonly action: ControlAction };

export interface BotCommand {
  /** Without the slash. */
  readonly name: string;
  readonly role: Role;
  /** Behind the name, e.g. `[open|today]`; empty for none. */
  readonly usage: string;
  readonly summary: string;
  /** Makes things safer: done even when it was written long ago, and then without asking. */
  readonly isSafety: boolean;
  readonly run: (args: readonly string[], desk: ControlDesk) => Promise<Reply>;
}

/** One that only looks. */
export interface ViewCommand extends BotCommand {
  readonly run: (args: readonly string[], desk: ViewDesk) => Promise<Reply>;
}
