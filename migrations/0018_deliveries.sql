-- Alerts on their way to chats of Telegram.

create table deliveries (
  alert_key text not null constraint deliveries_alert_key_alerts_key_fk references alerts (key),
  chat text not null,
  position bigint generated always as identity not null,
  sent_time bigint,
  refusal text,
  constraint deliveries_chat_alert_key_pk primary key (chat, alert_key),
  constraint deliveries_end check (sent_time is null or refusal is null)
);
create index deliveries_pending on deliveries (chat, position) where sent_time is null and refusal is null;
alter table job_outbox drop constraint job_outbox_queue;
alter table job_outbox drop constraint job_outbox_name;
alter table job_outbox add constraint job_outbox_queue check (queue in ('orders', 'alerts', 'gtt', 'telegram'));
alter table job_outbox add constraint job_outbox_name
  check (name in ('place', 'modify', 'cancel', 'send', 'deliver', 'settle'));
