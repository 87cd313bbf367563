-- Good-till-triggered rules with a row for each leg. Nothing was ever written to the table that they take the place of.

drop table gtt_rules;

create table gtt_rules (
  client_gtt_id text primary key,
  strategy_id text not null,
  instrument_id text not null,
  kind text not null,
  side text not null,
  product text not null,
  created_time bigint not null,
  expires bigint not null,
  is_withdrawn boolean not null,
  constraint gtt_rules_kind check (kind in ('SINGLE', 'OCO')),
  constraint gtt_rules_side check (side in ('BUY', 'SELL')),
  constraint gtt_rules_product check (product in ('DELIVERY', 'INTRADAY', 'CARRY_FORWARD')),
  constraint gtt_rules_expires check (expires > created_time)
);

create table gtt_legs (
  client_gtt_id text not null,
  name text not null,
  quantity bigint not null,
  trigger_price numeric(14,4) not null,
  limit_price numeric(14,4) not null,
  status text not null,
  broker_gtt_id text,
  prior_ids jsonb not null,
  submitted_time bigint,
  reason text,
  updated_time bigint not null,
  constraint gtt_legs_pkey primary key (client_gtt_id, name),
  constraint gtt_legs_broker_gtt_id unique (broker_gtt_id),
  constraint gtt_legs_name check (name in ('SINGLE', 'STOP_LOSS', 'TARGET')),
  constraint gtt_legs_status check (status in ('INITIALIZED', 'SUBMITTING', 'ACTIVE', 'MODIFYING', 'CANCELLING',
    'UNKNOWN', 'TRIGGERED', 'EXPIRED', 'CANCELLED', 'REJECTED')),
  constraint gtt_legs_amounts check (quantity > 0 and trigger_price > 0 and limit_price > 0),
  constraint gtt_legs_broker check (status not in ('ACTIVE', 'MODIFYING', 'CANCELLING') or broker_gtt_id is not null),
  constraint gtt_legs_submitted check (status not in ('SUBMITTING', 'UNKNOWN') or submitted_time is not null),
  constraint gtt_legs_client_gtt_id_gtt_rules_client_gtt_id_fk foreign key (client_gtt_id)
    references gtt_rules (client_gtt_id)
);

create table gtt_events (
  id bigint generated always as identity primary key,
  client_gtt_id text not null,
  leg text not null,
  status text not null,
  reason text,
  broker_gtt_id text,
  time bigint not null,
  moved boolean not null,
  constraint gtt_events_leg check (leg in ('SINGLE', 'STOP_LOSS', 'TARGET')),
  constraint gtt_events_status check (status in ('INITIALIZED', 'SUBMITTING', 'ACTIVE', 'MODIFYING', 'CANCELLING',
    'UNKNOWN', 'TRIGGERED', 'EXPIRED', 'CANCELLED', 'REJECTED')),
  constraint gtt_events_client_gtt_id_gtt_rules_client_gtt_id_fk foreign key (client_gtt_id)
    references gtt_rules (client_gtt_id)
);
create index gtt_events_rule on gtt_events (client_gtt_id);

alter table job_outbox drop constraint job_outbox_queue;
alter table job_outbox add constraint job_outbox_queue check (queue in ('orders', 'alerts', 'gtt'));
alter table job_outbox drop constraint job_outbox_name;
alter table job_outbox add constraint job_outbox_name check (name in ('place', 'cancel', 'send', 'settle'));
