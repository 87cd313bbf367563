/**
 * Errors by who must act. Outcomes that are expected (a refusal, a throttle) are values, not errors.
 */

/** The owner must change the configuration, the environment or the command line. Exit code 2. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Input data is unusable; the message names file and row. Exit code 1. */
export class DataError extends Error {
  override readonly name = 'DataError';
}

/** The world is not as it must be for the command to run (another worker holds the lease, no server). Exit code 1. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

/** A fault of the program: a state that must not exist. Stored, alerted, never papered over. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Ends a `switch` over a closed union; a new member becomes a compile error here. */
export function assertNever(value: never, what: string): never {
  throw new InvariantError(`Expected a known ${what}, found ${JSON.stringify(value)}`);
}
