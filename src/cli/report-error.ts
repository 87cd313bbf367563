/**
 * Turns an error into one line on stderr and an exit code. The stack of an unexpected error goes to a file, and to
 * stderr only with SIGNALMAN_DEBUG=1.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { isDebugging, knownSecrets, stateFolder } from '../config/env.ts';
import { ConfigError, DataError, UnavailableError } from '../core/errors.ts';
import { redactText, registerSecrets } from '../logging/redact.ts';
import { EXIT_FAILED, EXIT_USAGE } from './exit-codes.ts';
import { printJson, printNote } from './output.ts';

interface ErrorReport {
  readonly kind: string;
  readonly message: string;
  readonly exitCode: number;
  readonly isExpected: boolean;
}

export function reportError(error: unknown, options: { readonly asJson: boolean }): number {
  registerSecrets(knownSecrets());
  const report = describe(error);
  const message = redactText(report.message);
  if (options.asJson) printJson({ error: { kind: report.kind, message } });
  if (report.isExpected) {
    printNote(message);
    if (isDebugging()) printNote(redactText(stackOf(error)));
    return report.exitCode;
  }
  const details = redactText(stackOf(error));
  if (isDebugging()) {
    printNote(`Unexpected error: ${details}`);
  } else {
    const log = writeErrorLog(details);
    printNote(`Unexpected error: ${firstLine(message)} (details in ${log}, or run again with SIGNALMAN_DEBUG=1)`);
  }
  return report.exitCode;
}

function describe(error: unknown): ErrorReport {
  if (error instanceof CommanderError) {
    return { kind: 'UsageError', message: usageLine(error.message), exitCode: EXIT_USAGE, isExpected: true };
  }
  if (error instanceof ConfigError) {
    return { kind: error.name, message: error.message, exitCode: EXIT_USAGE, isExpected: true };
  }
  if (error instanceof DataError || error instanceof UnavailableError) {
    return { kind: error.name, message: error.message, exitCode: EXIT_FAILED, isExpected: true };
  }
  const message = error instanceof Error ? error.message || error.name : String(error);
  return { kind: error instanceof Error ? error.name : 'Error', message, exitCode: EXIT_FAILED, isExpected: false };
}

/** Commander puts its suggestion on a second line. */
function usageLine(message: string): string {
  const text = message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return `${sentence.replace(/\s*\((Did you mean .*\?)\)$/, '. $1')} (--help lists what there is)`;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

function writeErrorLog(details: string): string {
  for (const folder of [stateFolder(), tmpdir()]) {
    try {
      mkdirSync(folder, { recursive: true });
      const file = join(folder, 'signalman-errors.log');
      appendFileSync(file, `${new Date().toISOString()} ${details}\n`);
      return file;
    } catch {
      // The next folder may be writable.
    }
  }
  return 'no file: no folder is writable';
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}
