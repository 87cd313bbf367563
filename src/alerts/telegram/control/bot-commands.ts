import { BACKTEST_COMMAND } from './backtest-command.ts';
import type { BotCommand } from './bot-command.ts';
import { GTT_COMMAND } from './gtt-command.ts';
import { LOGIN_COMMAND } from './login-command.ts';
import { LOGS_COMMAND } from './logs-command.ts';
import { OPTION_CHAIN_COMMAND } from './option-chain-command.ts';
import { RISK_COMMAND } from './risk-command.ts';
import { SETTINGS_COMMAND } from './settings-command.ts';
import { SWITCH_COMMANDS } from './switch-commands.ts';
import { TRADE_COMMANDS } from './trade-commands.ts';
import { VIEW_COMMANDS } from './view-commands.ts';
import { WATCH_COMMAND } from './watch-command.ts';

/** All of them, in the order of `/help`: from what anybody may to what the owner alone may. */
export const BOT_COMMANDS: readonly BotCommand[] = [
  ...VIEW_COMMANDS,
  ...[WATCH_COMMAND, RISK_COMMAND, OPTION_CHAIN_COMMAND, GTT_COMMAND],
  ...TRADE_COMMANDS,
  ...[LOGIN_COMMAND, BACKTEST_COMMAND],
  ...SWITCH_COMMANDS,
  ...[LOGS_COMMAND, SETTINGS_COMMAND],
];
