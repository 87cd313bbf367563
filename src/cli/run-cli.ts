/**
 * Runs one command line and answers with the exit code. The only place where an error becomes a line and a code.
 */
import { CommanderError } from 'commander';
import { EXIT_OK, EXIT_USAGE } from './exit-codes.ts';
import { endQuietlyOnClosedPipe, flushOutput, keepConsoleOffStdout } from './output.ts';
import { buildProgram } from './program.ts';

export async function runCli(args: readonly string[]): Promise<number> {
  keepConsoleOffStdout();
  endQuietlyOnClosedPipe(EXIT_OK);
  const asJson = args.includes('--json');
  const onStray = (error: unknown): void => {
    void report(error, asJson).then((code) => process.exit(code));
  };
  process.on('uncaughtException', onStray);
  process.on('unhandledRejection', onStray);
  const code = await runProgram(args, asJson);
  await flushOutput();
  return code;
}

async function runProgram(args: readonly string[], asJson: boolean): Promise<number> {
  try {
    const program = await buildProgram(args);
    await program.parseAsync(args, { from: 'user' });
    // A command that failed without an error (a check that found differences) says so through the exit code.
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT_OK;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === EXIT_OK) return EXIT_OK;
    if (error instanceof CommanderError && error.code === 'commander.help') return EXIT_USAGE;
    return await report(error, asJson);
  }
}

/** Loaded when there is an error to report, since that needs the configuration's modules. */
async function report(error: unknown, asJson: boolean): Promise<number> {
  const { reportError } = await import('./report-error.ts');
  return reportError(error, { asJson });
}
