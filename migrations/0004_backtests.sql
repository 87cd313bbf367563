-- Backtest runs and their trades.

create table backtest_runs (
  id text primary key,
  created_time bigint not null,
  config jsonb not null,
  from_time bigint not null,
  to_time bigint not null,
  candle_count integer not null,
  trade_count integer not null,
  capital_paise bigint not null,
  net_paise bigint not null,
  order_hash text not null,
  metrics jsonb not null,
  constraint backtest_runs_times check (to_time >= from_time),
  constraint backtest_runs_counts check (candle_count >= 0 and trade_count >= 0)
);

create table backtest_trades (
  run_id text not null,
  sequence integer not null,
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
  constraint backtest_trades_pkey primary key (run_id, sequence),
  constraint backtest_trades_side check (side in ('LONG', 'SHORT')),
  constraint backtest_trades_exit_reason check (exit_reason in ('signal', 'stop_loss', 'target', 'square_off',
    'end_of_data')),
  constraint backtest_trades_amounts check (quantity > 0 and entry_price > 0 and exit_price > 0),
  constraint backtest_trades_times check (exit_time >= entry_time),
  constraint backtest_trades_net check (net_paise = gross_paise - charges_paise),
  constraint backtest_trades_run_id_backtest_runs_id_fk foreign key (run_id) references backtest_runs (id) on
    delete cascade
);
