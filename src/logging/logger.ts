/**
 * The process log: one JSON object a line, or pretty lines on a terminal, always on stderr. Written synchronously, so
 * that the last line before a crash is there. No secret passes: neither under a telling key nor as a known value.
 */
import pino from 'pino';
import pretty from 'pino-pretty';
import type { RecentLines } from './recent-lines.ts';
import { redactText, redactValue, registerSecrets } from './redact.ts';

export type Logger = pino.Logger;

export interface LoggerOptions {
  readonly level: pino.LevelWithSilent;
  /** Null: pretty on a terminal, JSON elsewhere. */
  readonly format?: 'json' | 'pretty' | null;
  /** Values to hide wherever they turn up. */
  readonly secrets?: Iterable<string>;
  /** Where lines go instead of stderr. */
  readonly destination?: { write(line: string): void };
  /** Gets every line besides. */
  readonly recent?: Pick<RecentLines, 'take'>;
}

export function createLogger(options: LoggerOptions): Logger {
  registerSecrets(options.secrets ?? []);
  const isPretty = (options.format ?? (process.stderr.isTTY ? 'pretty' : 'json')) === 'pretty';
  const log = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: cleanFields,
      },
      // Errors are plain objects already when pino comes to them.
      serializers: { err: (error: unknown) => error },
      hooks: { streamWrite: redactText },
    },
    withRecent(
      isPretty ? prettyStream(options.destination) : (options.destination ?? pino.destination({ dest: 2, sync: true })),
      options.recent,
    ),
  );
  cleanChildren(log);
  return log;
}

/** The fields of a child logger pass no formatter of pino's. Children inherit these two methods from the root. */
function cleanChildren(log: Logger): void {
  const { child, setBindings } = log;
  log.child = function (this: Logger, fields: pino.Bindings, options?: Parameters<typeof child>[1]) {
    return child.call(this, cleanFields(fields), options);
  } as typeof child;
  log.setBindings = function (this: Logger, fields: pino.Bindings) {
    setBindings.call(this, cleanFields(fields));
  };
}

function cleanFields(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, redactValue(value, key)]));
}

/** What `streamWrite` has cleaned goes to both. */
function withRecent(target: pino.DestinationStream, recent: LoggerOptions['recent']): pino.DestinationStream {
  if (recent === undefined) return target;
  return {
    write(line) {
      target.write(line);
      recent.take(line);
    },
  };
}

function prettyStream(destination: LoggerOptions['destination']): pino.DestinationStream {
  const target = destination ?? pino.destination({ dest: 2, sync: true });
  const format = pretty.prettyFactory({
    colorize: destination === undefined && process.stderr.isTTY === true,
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
  });
  return { write: (line) => void target.write(format(line)) };
}
