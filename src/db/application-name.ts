/**
 * How a connection of ours is called in the server's list: `signalman <role> <process id>`, with a suffix on the
 * connection that stands for the process itself. The lease and the stop of the embedded server read these names.
 */
const PRESENCE = 'presence';

export function applicationName(role: string): string {
  return `signalman ${role} ${process.pid}`;
}

export function presenceName(role: string): string {
  return `${applicationName(role)} ${PRESENCE}`;
}

/** The process behind a connection; undefined when it is not one of ours. */
export function processOf(name: string): number | undefined {
  const match = /^signalman .*?(\d+)(?: presence)?$/.exec(name);
  return match ? Number(match[1]) : undefined;
}

export function isPresence(name: string): boolean {
  return name.endsWith(` ${PRESENCE}`);
}
