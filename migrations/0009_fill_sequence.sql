-- The order in which fills were heard of, among the orders: exchanges tell time by the second.

alter table fills add column sequence integer not null default 0;
alter table fills alter column sequence drop default;
