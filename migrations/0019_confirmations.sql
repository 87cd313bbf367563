-- What people have asked for by Telegram and must say yes to.

create table confirmations (
  nonce text primary key,
  user_id bigint not null,
  chat text not null,
  action jsonb not null,
  created_time bigint not null,
  used_time bigint,
  constraint confirmations_nonce check (length(nonce) >= 16)
);
