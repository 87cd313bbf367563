-- Alerts, promised jobs, settings.

create table alerts (
  key text primary key,
  kind text not null,
  level text not null,
  text text not null,
  time bigint not null,
  sent_time bigint,
  constraint alerts_kind check (kind in ('signal', 'denial', 'order', 'fill', 'trade', 'risk', 'system',
    'summary')),
  constraint alerts_level check (level in ('info', 'warning', 'critical'))
);

create table job_outbox (
  id text primary key,
  position bigint generated always as identity not null,
  queue text not null,
  name text not null,
  subject text not null,
  priority integer not null,
  not_before bigint not null,
  promised_time bigint default floor(extract(epoch from clock_timestamp()) * 1000)::bigint not null,
  queued_time bigint,
  constraint job_outbox_queue check (queue in ('orders', 'alerts')),
  constraint job_outbox_name check (name in ('place', 'cancel', 'send')),
  constraint job_outbox_priority check (priority > 0)
);
create index job_outbox_unqueued on job_outbox (position) where queued_time is null;

create table settings (
  name text primary key,
  value jsonb not null,
  updated_time bigint not null
);
