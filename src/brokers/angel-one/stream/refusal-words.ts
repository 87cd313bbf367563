/** The broker has answered an upgrade, and with no fault of its own: trying again helps little. */
export function isShutDoor(status: number | undefined): status is number {
  return status !== undefined && status >= 400 && status < 500;
}

/** Why a door stays shut, and what a person can do about it. */
export function refusalWords(status: number, reason: string): string {
  return `${reason}. ${adviceOf(status)} It is tried again, ever more rarely.`;
}

function adviceOf(status: number): string {
  switch (status) {
    case 401:
    case 403:
      return 'New logins do not help: check ANGEL_CLIENT_CODE and ANGEL_API_KEY, and that no other program logs in with this account.';
    case 429:
      return 'An account has three connections a stream: end other programs that use it.';
    default:
      return "Check whether the stream's address has changed: a newer version may know it.";
  }
}
