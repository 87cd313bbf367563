/**
 * What a command prints. Results go to stdout, everything else to stderr; with `--json` stdout carries exactly one
 * JSON document, whatever libraries print on their own.
 */
import { Console } from 'node:console';

/** Stray `console.log` calls of libraries must not end up between results. */
export function keepConsoleOffStdout(): void {
  globalThis.console = new Console(process.stderr);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

function printText(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** The result of a command, in the form that was asked for. */
export function printResult(result: { readonly json: unknown; readonly text: string }, asJson: boolean): void {
  if (asJson) printJson(result.json);
  else printText(result.text);
}

/** Progress, hints, errors. */
export function printNote(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Resolves when everything printed so far has left the process. */
export async function flushOutput(): Promise<void> {
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))),
  );
}

/** `signalman … | head` closes the pipe early; that is the reader's right and no error. */
export function endQuietlyOnClosedPipe(exitCode: number): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCode);
    throw error;
  });
}
