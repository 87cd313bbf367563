-- A leg of a rule may carry out an order of ours, and what its trigger has placed gets a place to be written down.

alter table gtt_legs add column client_order_id text;
alter table gtt_legs add column broker_order_id text;
alter table gtt_legs add constraint gtt_legs_client_order_id unique (client_order_id);

alter table differences drop constraint differences_kind;
alter table differences add constraint differences_kind check (kind in ('ORDER_ABSENT', 'ORDER_WORKS_THERE',
  'ORDER_DOUBLED', 'ORDER_UNKNOWN', 'CANCEL_NOT_TAKEN', 'FILL_NOT_BOOKED', 'FILL_ABSENT', 'HAND_MADE_ORDER',
  'HAND_MADE_POSITION', 'POSITION_DIFFERS', 'GTT_FOREIGN', 'GTT_UNREAD', 'GTT_OVERSOLD', 'GTT_BY_HAND',
  'GTT_ORDER_ABSENT', 'GTT_ORDER_IN_DOUBT'));
