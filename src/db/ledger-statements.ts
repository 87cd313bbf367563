import { insertStatement, replacing, updateStatement } from './row-statement.ts';
import { positions, trades } from './schema/books.ts';
import { fills, orderEvents, orders, signals } from './schema/decisions.ts';
import { alerts, deliveries, jobOutbox } from './schema/messages.ts';

/** Every insert leaves what is there alone: recording twice changes nothing. */
export const INSERT_SIGNALS = insertStatement(signals, 'on conflict (key) do nothing');
export const INSERT_ORDERS = insertStatement(orders, 'on conflict (client_order_id) do nothing');
export const INSERT_ORDER_EVENTS = insertStatement(orderEvents, 'on conflict (id) do nothing');
export const INSERT_FILLS = insertStatement(fills, 'on conflict (fill_id) do nothing returning fill_id as id');
export const INSERT_TRADES = insertStatement(trades, 'on conflict (signal_key, entry_time, exit_time) do nothing');
export const INSERT_ALERTS = insertStatement(alerts, 'on conflict (key) do nothing');
export const INSERT_DELIVERIES = insertStatement(deliveries, 'on conflict (chat, alert_key) do nothing');
export const INSERT_JOBS = insertStatement(jobOutbox, 'on conflict (id) do nothing returning id');
export const REPLACE_POSITIONS = insertStatement(
  positions,
  replacing(positions, ['day', 'strategy_id', 'instrument_id', 'product']),
);

/** A signal that has ended does not change any more. */
export const CHANGE_SIGNALS = updateStatement(
  signals,
  'key',
  ['key', 'quantity', 'status', 'denialCode', 'denial'],
  `stored.status = 'ACTIVE'`,
);
export const CHANGE_ORDERS = updateStatement(orders, 'clientOrderId', [
  'clientOrderId',
  'status',
  'brokerOrderId',
  'filledQuantity',
  'averagePrice',
  'statusReason',
  'updatedTime',
]);

/** A change that was overtaken by a later one changes nothing. */
export const AMEND_ORDERS = updateStatement(
  orders,
  'clientOrderId',
  [
    ...(['clientOrderId', 'quantity', 'limitPrice', 'triggerPrice'] as const),
    ...(['isHeld', 'amendments', 'reprices', 'pricedTime'] as const),
  ],
  'stored.amendments < changed.amendments',
);

export const CHANGE_SWITCHES = `
  insert into settings (name, value, updated_time) values ('switches', $1::text::jsonb, $2::bigint)
  on conflict (name) do update set value = excluded.value, updated_time = excluded.updated_time`;

/** In the order of the ids, so that two transactions never wait for each other in a ring. */
export const LOCK_ORDERS = `
  select * from orders where client_order_id in (select json_array_elements_text($1::text::json))
  order by client_order_id for update`;
export const KNOWN_EVENTS = `select id from order_events where id in (select json_array_elements_text($1::text::json))`;

/** The order machine's row from `INITIALIZED` to `SUBMITTING`, with its event; no row when the order is not there. */
export const SEND_ORDER = `
  with sent as (
    update orders
    set status = $3::text, broker_order_id = coalesce($4::text, broker_order_id), status_reason = $5::text,
      updated_time = $6::bigint
    where client_order_id = $1::text and status = 'INITIALIZED'
      and not exists (select from order_events where id = $2::text)
    returning *),
  noted as (
    insert into order_events (id, client_order_id, status, broker_order_id, reason, time, moved)
    select $2::text, client_order_id, $3::text, $4::text, $5::text, $6::bigint, true from sent)
  select * from sent`;
