-- Instruments, what brokers call them, candles and the latest quotes.

create table instruments (
  id text primary key,
  exchange text not null,
  symbol text not null,
  name text not null,
  kind text not null,
  tick_size numeric(14,4) not null,
  lot_size integer not null,
  freeze_quantity bigint,
  expiry date,
  strike numeric(14,4),
  option_type text,
  underlying text,
  has_derivatives boolean not null,
  updated_time bigint not null,
  constraint instruments_exchange check (exchange in ('NSE', 'BSE', 'NFO', 'BFO', 'CDS', 'MCX')),
  constraint instruments_kind check (kind in ('EQUITY', 'INDEX', 'FUTURE', 'OPTION')),
  constraint instruments_option_type check (option_type in ('CE', 'PE')),
  constraint instruments_sizes check (tick_size > 0 and lot_size > 0 and freeze_quantity > 0),
  constraint instruments_derivative check ((kind in ('FUTURE', 'OPTION')) = (expiry is not null)),
  constraint instruments_option check ((kind = 'OPTION') = (strike is not null) and (kind = 'OPTION') =
    (option_type is not null))
);

create table broker_instruments (
  broker text not null,
  instrument_id text not null,
  segment text not null,
  token text not null,
  trading_symbol text not null,
  updated_time bigint not null,
  constraint broker_instruments_pkey primary key (broker, instrument_id),
  constraint broker_instruments_token unique (broker, segment, token),
  constraint broker_instruments_instrument_id_instruments_id_fk foreign key (instrument_id) references
    instruments (id)
);

create table candles (
  instrument_id text not null,
  timeframe text not null,
  open_time bigint not null,
  open numeric(14,4) not null,
  high numeric(14,4) not null,
  low numeric(14,4) not null,
  close numeric(14,4) not null,
  volume bigint not null,
  open_interest bigint,
  provenance text not null,
  constraint candles_pkey primary key (instrument_id, timeframe, open_time),
  constraint candles_timeframe check (timeframe in ('1m', '3m', '5m', '10m', '15m', '30m', '60m', '1d')),
  constraint candles_provenance check (provenance in ('live', 'live-with-gap', 'backfill', 'import')),
  constraint candles_prices check (low > 0 and low <= least(open, close) and high >= greatest(open, close)),
  constraint candles_amounts check (volume >= 0 and open_interest >= 0)
);

create table quotes (
  instrument_id text primary key,
  time bigint not null,
  last_price numeric(14,4) not null,
  volume bigint not null,
  open_interest bigint,
  bid numeric(14,4),
  ask numeric(14,4),
  sequence bigint,
  constraint quotes_prices check (last_price > 0),
  constraint quotes_amounts check (volume >= 0 and open_interest >= 0)
);
