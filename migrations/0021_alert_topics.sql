-- What an alert of a kind is about: settings go by it, and denials of one reason are told together.

alter table alerts add column topic text;
alter table alerts drop constraint alerts_kind;
alter table alerts add constraint alerts_kind
  check (kind in ('signal', 'denial', 'order', 'fill', 'trade', 'gtt', 'risk', 'system', 'summary'));
