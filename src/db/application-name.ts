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

/** What a process calls its presence when it has closed all else and needs the server no more. */
export function leavingName(): string {
  return `signalman process ${process.pid} leaving`;
}

/** The process behind a connection; undefined when it is not one of ours, or leaving. */
export function processOf(name: string): number | undefined {
  const match = /^signalman .*?(\d+)(?: presence)?$/.exec(name);
  return match ? Number(match[1]) : undefined;
}
