import type { AlertSettings } from '../../../core/alert.ts';
import type { StrategyId } from '../../../core/ids.ts';
import type { EpochMs } from '../../../core/time.ts';
import type { AccountViews } from '../../../ports/account-views.ts';
import type { BacktestDesk } from '../../../ports/backtest-desk.ts';
import type { ChartSpec, ChartTheme } from '../../../ports/chart.ts';
import type { LoginDesk } from '../../../ports/login-desk.ts';
import type { MessageBook } from '../../../ports/message-book.ts';
import type { OptionList } from '../../../ports/option-list.ts';
import type { QuoteSource } from '../../../ports/quote-source.ts';
import type { RuleDesk } from '../../../ports/rule-desk.ts';
import type { AccountFacts } from '../../views/status-view.ts';
import type { TextLine } from '../write-messages.ts';
import type { ControlAction, EngineAction } from './control-action.ts';
import type { Role } from './guard.ts';

export type Told = 'health' | 'limits' | 'funds' | 'holdings' | 'gtt' | 'halts';

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
    readonly configured: AlertSettings;
  } & Pick<MessageBook, 'wishes' | 'setWishes'>;
  readonly options: OptionList;
  readonly quotes: QuoteSource;
  /** Of the process log, the newest last. */
  readonly logLines: (most: number) => readonly string[];
  /** Null without a broker account: nobody has to log in. */
  readonly login: LoginDesk | null;
  readonly backtests: BacktestDesk;
  /** Null: orders are filled on paper, and no rule rests anywhere. */
  readonly rules: RuleDesk | null;
  /** Resolves with what it came to, in words. */
  readonly carryOut: (action: ControlAction, askedBy: string) => Promise<string>;
}

export interface LinesReply {
  readonly kind: 'lines';
  readonly lines: readonly TextLine[];
  /** The same for machines. */
  readonly facts: unknown;
  /** Shown besides. */
  readonly picture?: ChartSpec | undefined;
}

export type Reply =
  | LinesReply
  /** What was written makes no command; the usage is shown with it, or that of the part that was meant. */
  | { readonly kind: 'misread'; readonly problem: string; readonly usage?: string }
  /** Takes a while: the lines at once, and what it came to in the same chat when it is known. Nobody waits for it. */
  | { readonly kind: 'later'; readonly lines: readonly TextLine[]; readonly begin: () => Promise<LinesReply> }
  /** Done at once. */
  | { readonly kind: 'act'; readonly action: EngineAction }
  /** Done when the person says yes to what it would come to. */
  | { readonly kind: 'ask'; readonly effect: readonly string[]; readonly action: ControlAction };

export interface BotCommand {
  /** Without the slash. */
  readonly name: string;
  readonly role: Role;
  /** What it takes for these words, where not all of the command is for the same; `role` when left out. */
  readonly roleOf?: (args: readonly string[]) => Role;
  /** Behind the name, e.g. `[open|today]`; empty for none. */
  readonly usage: string;
  readonly summary: string;
  /** Makes things safer: done even when it was written long ago, and then without asking. */
  readonly isSafety: boolean;
  /** Only looks: a long answer can be leafed through. */
  readonly isPaged?: boolean;
  readonly run: (args: readonly string[], desk: ControlDesk) => Promise<Reply>;
}

/** One that only looks. */
export interface ViewCommand extends BotCommand {
  readonly run: (args: readonly string[], desk: ViewDesk) => Promise<Reply>;
}
