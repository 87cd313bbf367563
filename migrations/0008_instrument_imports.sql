-- Lists of instruments are taken over as a whole: what a list no longer has is marked, its token may be another's by then.

create table instrument_imports (
  id bigint generated always as identity primary key,
  broker text not null,
  source text not null,
  list_time bigint not null,
  given_time bigint,
  imported_time bigint not null,
  rows integer not null,
  listed integer not null,
  added integer not null,
  moved integer not null,
  vanished integer not null,
  refused jsonb not null,
  constraint instrument_imports_counts check (listed between 1 and rows and added between 0 and listed)
);
create index instrument_imports_latest on instrument_imports (broker, id);

alter table broker_instruments drop constraint broker_instruments_token;
alter table broker_instruments add column last_seen_day date;
create unique index broker_instruments_token on broker_instruments (broker, segment, token) where last_seen_day is null;
