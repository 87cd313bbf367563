-- How an order of unknown fate has ended, by the word of a person; until then its instrument is frozen for entries.

alter table commands drop constraint commands_command;
alter table signals drop constraint signals_denial_code;
alter table commands add column order_id text;
alter table commands add column filled_quantity bigint;
alter table commands add column filled_price numeric(14, 4);
alter table commands add constraint commands_order
  check ((command = 'settle') = (order_id is not null));
alter table commands add constraint commands_filled
  check ((filled_quantity is null) = (filled_price is null));
alter table commands add constraint commands_filled_amounts
  check (filled_quantity > 0 and filled_price > 0);
alter table commands add constraint commands_command
  check (command in ('halt', 'resume', 'kill', 'squareoff', 'settle'));
alter table signals add constraint signals_denial_code
  check (denial_code in ('KILL_SWITCH_ON', 'TRADING_PAUSED', 'MARKET_CLOSED', 'SQUARE_OFF_WINDOW', 'STALE_SIGNAL', 'ORDER_IN_DOUBT', 'NOT_TRADABLE',
    'DAILY_LOSS_LIMIT', 'MAX_DRAWDOWN', 'MAX_OPEN_POSITIONS', 'MAX_POSITION_PER_INSTRUMENT', 'MAX_ORDER_VALUE',
    'MAX_ORDERS_PER_MINUTE', 'MAX_ORDERS_PER_DAY', 'PRICE_OUTSIDE_BAND', 'COOLDOWN_AFTER_STOP', 'LOSING_STREAK_LOCK',
    'DUPLICATE_EXPOSURE', 'INSUFFICIENT_MARGIN', 'NOT_A_LOT_MULTIPLE', 'NO_POSITION_TO_EXIT', 'SHORT_NOT_ALLOWED'));
