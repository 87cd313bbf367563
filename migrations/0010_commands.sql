-- What people ask of a running worker, or of one that is yet to start.

create table commands (
  id bigint generated always as identity primary key,
  command text not null,
  strategy_id text,
  asked_by text not null,
  asked_time bigint default floor(extract(epoch from clock_timestamp()) * 1000)::bigint not null,
  applied_time bigint,
  answer text,
  constraint commands_command check (command in ('halt', 'resume', 'kill', 'squareoff')),
  constraint commands_applied check (applied_time is null or answer is not null)
);
create index commands_pending on commands (id) where applied_time is null;
