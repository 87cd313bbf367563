-- An order's terms can change after it was planned: its limit follows the price, its stop trails it, an exit waits for its legs.

alter table signals add column trail numeric(14,4);
alter table signals drop constraint signals_prices;
alter table signals add constraint signals_prices
  check (entry_price > 0 and target > 0 and stop_loss > 0 and trail > 0);

alter table orders add column is_held boolean not null default false;
alter table orders alter column is_held drop default;
alter table orders add column amendments integer not null default 0;
alter table orders alter column amendments drop default;
alter table orders add column reprices integer;
alter table orders add column priced_time bigint;
alter table orders add constraint orders_amendments check (amendments >= 0 and reprices >= 0);
alter table orders add constraint orders_priced check ((reprices is null) = (priced_time is null));

alter table job_outbox add column served_time bigint;
alter table job_outbox drop constraint job_outbox_name;
alter table job_outbox add constraint job_outbox_name check (name in ('place', 'modify', 'cancel', 'send', 'settle'));
