-- What the broker has and our books have not, or the other way round: a row for as long as it lasts.

create table differences (
  id bigint generated always as identity primary key,
  key text not null,
  kind text not null,
  level text not null,
  instrument_id text,
  orders jsonb not null,
  numbers jsonb not null,
  text text not null,
  found_time bigint not null,
  seen_time bigint not null,
  told_time bigint,
  resolved_time bigint,
  constraint differences_kind check (kind in ('ORDER_ABSENT', 'ORDER_WORKS_THERE', 'ORDER_DOUBLED', 'ORDER_UNKNOWN',
    'CANCEL_NOT_TAKEN', 'FILL_NOT_BOOKED', 'FILL_ABSENT', 'HAND_MADE_ORDER', 'HAND_MADE_POSITION',
    'POSITION_DIFFERS')),
  constraint differences_level check (level in ('info', 'warning', 'critical')),
  constraint differences_times check (seen_time >= found_time and told_time >= found_time
    and resolved_time >= seen_time)
);
create unique index differences_open on differences (key) where resolved_time is null;
