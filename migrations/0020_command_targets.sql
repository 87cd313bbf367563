-- Commands about one instrument or one order.

alter table commands drop constraint commands_command;
alter table commands drop constraint commands_order;
alter table commands add column instrument_id text;
alter table commands add constraint commands_instrument
  check (instrument_id is null or command = 'squareoff');
alter table commands add constraint commands_order
  check ((command in ('settle', 'cancel')) = (order_id is not null));
alter table commands add constraint commands_command
  check (command in ('halt', 'resume', 'kill', 'squareoff', 'cancel', 'settle'));
