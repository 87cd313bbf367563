-- Calls to brokers of late, shared by all processes of an account.

create table call_gates (
  account text not null,
  call_class text not null,
  rest_until bigint default 0 not null,
  constraint call_gates_pkey primary key (account, call_class)
);

create table call_log (
  id bigint generated always as identity primary key,
  account text not null,
  call_class text not null,
  called_time bigint not null
);
create index call_log_latest on call_log (account, call_class, called_time);

-- Counts a call if each window has room: at most limits[i] calls in any spans[i] ms. Returns the row's id, or how long to
-- wait. A function, because each of its statements sees what others have committed by then: a single statement would go
-- by what it saw before it had the lock.
create function record_call(of_account text, of_class text, limits integer[], spans bigint[])
returns table (call_id bigint, wait_ms bigint) language plpgsql as $$
declare
  gate_opens bigint;
  now_ms bigint;
  blocking bigint;
  free_at bigint;
begin
  -- A call that a crash of the server forgets is younger than the restart takes: not worth a write to the disk.
  perform set_config('synchronous_commit', 'off', true);
  select rest_until into gate_opens from call_gates where account = of_account and call_class = of_class for update;
  if not found then
    insert into call_gates (account, call_class) values (of_account, of_class) on conflict do nothing;
    select rest_until into gate_opens from call_gates where account = of_account and call_class = of_class for update;
  end if;
  now_ms := floor(extract(epoch from clock_timestamp()) * 1000);
  -- A clock that was set back must not make a call last longer than its windows.
  update call_log set called_time = now_ms
    where account = of_account and call_class = of_class and called_time > now_ms;
  free_at := gate_opens;
  for i in 1 .. coalesce(cardinality(limits), 0) loop
    select called_time into blocking from call_log
      where account = of_account and call_class = of_class and called_time >= now_ms - spans[i]
      order by called_time desc offset limits[i] - 1 limit 1;
    if found then
      free_at := greatest(free_at, blocking + spans[i] + 1);
    end if;
  end loop;
  if free_at > now_ms then
    return query select null::bigint, free_at - now_ms;
    return;
  end if;
  delete from call_log
    where account = of_account and call_class = of_class
      and called_time < now_ms - (select max(span) from unnest(spans) as span);
  return query
    insert into call_log (account, call_class, called_time) values (of_account, of_class, now_ms)
    returning id, 0::bigint;
end $$;
