/** `postgresql.conf` of the embedded server, written anew at each start. */
export function serverSettings(port: number): string {
  const settings: Readonly<Record<string, string | number>> = {
    // The password travels over loopback only; no socket file, whose path may be too long for the system.
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 100,
    // Money: a commit that was reported is on the disk.
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    // One small server: no replication, no parallel plans, few helper processes.
    wal_level: 'minimal',
    max_wal_senders: 0,
    shared_buffers: '64MB',
    max_wal_size: '512MB',
    io_method: 'sync',
    max_parallel_workers_per_gather: 0,
    max_parallel_maintenance_workers: 0,
    jit: 'off',
    checkpoint_timeout: '15min',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %a ',
    log_checkpoints: 'off',
    // A killed client's session, and the locks it holds, end within a second even in the middle of a query.
    ...(process.platform === 'win32' ? {} : { client_connection_check_interval: '1s' }),
  };
  const lines = Object.entries(settings).map(
    ([name, value]) => `${name} = ${typeof value === 'number' ? value : `'${value}'`}`,
  );
  return `# Written by signalman at each start of the server; changes made here do not last.\n${lines.join('\n')}\n`;
}
