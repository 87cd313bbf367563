-- What of the schedule ran on which trading day, or was missed.

create table schedule_runs (
  day date not null,
  job text not null,
  status text not null,
  due_time bigint not null,
  time bigint not null,
  level text not null,
  text text not null,
  facts jsonb not null,
  constraint schedule_runs_pkey primary key (day, job),
  constraint schedule_runs_status check (status in ('DONE', 'MISSED')),
  constraint schedule_runs_level check (level in ('info', 'warning', 'critical')),
  constraint schedule_runs_times check (time >= due_time)
);
