-- Positions by day, closed trades, good-till-triggered rules.

create table positions (
  day date not null,
  strategy_id text not null,
  instrument_id text not null,
  product text not null,
  quantity bigint not null,
  average_price numeric(14,4) not null,
  opened_time bigint,
  realised_paise bigint not null,
  charges_paise bigint not null,
  updated_time bigint not null,
  constraint positions_pkey primary key (day, strategy_id, instrument_id, product),
  constraint positions_product check (product in ('DELIVERY', 'INTRADAY', 'CARRY_FORWARD')),
  constraint positions_flat check ((quantity = 0) = (opened_time is null)),
  constraint positions_average_price check ((quantity = 0) = (average_price = 0) and average_price >= 0)
);

create table trades (
  strategy_id text not null,
  instrument_id text not null,
  signal_key text not null,
  side text not null,
  quantity bigint not null,
  entry_time bigint not null,
  entry_price numeric(14,4) not null,
  exit_time bigint not null,
  exit_price numeric(14,4) not null,
  exit_reason text not null,
  gross_paise bigint not null,
  charges_paise bigint not null,
  net_paise bigint not null,
  constraint trades_pkey primary key (signal_key, entry_time, exit_time),
  constraint trades_side check (side in ('LONG', 'SHORT')),
  constraint trades_exit_reason check (exit_reason in ('signal', 'stop_loss', 'target', 'square_off',
    'end_of_data')),
  constraint trades_amounts check (quantity > 0 and entry_price > 0 and exit_price > 0),
  constraint trades_times check (exit_time >= entry_time),
  constraint trades_net check (net_paise = gross_paise - charges_paise),
  constraint trades_signal_key_signals_key_fk foreign key (signal_key) references signals (key)
);

create table gtt_rules (
  client_gtt_id text primary key,
  strategy_id text not null,
  instrument_id text not null,
  kind text not null,
  side text not null,
  quantity bigint not null,
  product text not null,
  status text not null,
  trigger_price numeric(14,4) not null,
  limit_price numeric(14,4) not null,
  target_trigger_price numeric(14,4),
  target_limit_price numeric(14,4),
  broker_gtt_id text,
  target_broker_gtt_id text,
  status_reason text,
  created_time bigint not null,
  updated_time bigint not null,
  constraint gtt_rules_broker_gtt_id unique (broker_gtt_id),
  constraint gtt_rules_kind check (kind in ('SINGLE', 'OCO')),
  constraint gtt_rules_side check (side in ('BUY', 'SELL')),
  constraint gtt_rules_product check (product in ('DELIVERY', 'INTRADAY', 'CARRY_FORWARD')),
  constraint gtt_rules_status check (status in ('ACTIVE', 'TRIGGERED', 'DISABLED', 'EXPIRED', 'CANCELLED',
    'REJECTED', 'DELETED')),
  constraint gtt_rules_quantity check (quantity > 0),
  constraint gtt_rules_target check ((kind = 'OCO') = (target_trigger_price is not null) and (kind = 'OCO') =
    (target_limit_price is not null)),
  constraint gtt_rules_prices check (trigger_price > 0 and limit_price > 0 and target_trigger_price > 0 and
    target_limit_price > 0)
);
