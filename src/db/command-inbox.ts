/**
 * The worker's side of commands: hears of each at once, finds it within half a second when the call was missed, and hands
 * it on once. Connections of its own: however busy the worker's are, a command does not wait for them.
 *
 * Entry point: `openCommandInbox`. Invariants:
 * - one command after the other, in the order in which they were asked;
 * - marked as applied only when `onCommand` has said what became of it, so that a crash in between applies it again: what
 *   a command does must be the same when it is done twice;
 * - one that failed is not tried again by this inbox; it waits for the next start.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type AskedCommand, COMMANDS_CHANNEL, markApplied, noteFailure, pendingCommands } from './postgres-commands.ts';
import { connectSql, isAway, type Sql } from './sql.ts';

const LOOK_EVERY_MS = 500;

export interface CommandInboxOptions {
  /** `url` says the schema, too. */
  readonly database: { readonly url: string; readonly schema: string };
  /** Carries it out; resolves with what it did as soon as that is certain. The next command waits until then. */
  readonly onCommand: (command: AskedCommand) => Promise<string>;
  /** A command failed, or commands can not be read though the database is there (told once until they can). */
  readonly onTrouble: (text: string) => void;
}

export interface CommandInbox {
  /** Ends when the command in hand has ended. */
  close(): Promise<void>;
}

/**
 * Resolves when every command that was asked before has been applied: nothing is to be sent earlier. Rejects when one of
 * them failed.
 */
export async function openCommandInbox(options: CommandInboxOptions): Promise<CommandInbox> {
  const inbox = new Inbox(options);
  try {
    await inbox.catchUp();
  } catch (error) {
    await inbox.close();
    throw error;
  }
  inbox.listen();
  return inbox;
}

class Inbox implements CommandInbox {
  readonly #options: CommandInboxOptions;
  readonly #sql: Sql;
  /** Applied, but that could not be written yet. */
  readonly #unmarked = new Map<number, string>();
  readonly #failed = new Set<number>();
  #wake = new AbortController();
  #isClosed = false;
  #isInTrouble = false;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: CommandInboxOptions) {
    this.#options = options;
    this.#sql = connectSql(options.database.url, { connections: 1 });
  }

  async catchUp(): Promise<void> {
    // First the ear, then the look: what is asked in between is not missed.
    await this.#sql.listen(
      COMMANDS_CHANNEL,
      (schema) => schema === this.#options.database.schema && this.#wake.abort(),
    );
    for (const command of await pendingCommands({ sql: this.#sql })) {
      const answer = await this.#options.onCommand(command);
      await markApplied({ sql: this.#sql }, command.id, answer);
    }
  }

  listen(): void {
    this.#looking = this.#lookOn();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake.abort();
    await this.#looking;
    await this.#sql.end({ timeout: 1 });
  }

  async #lookOn(): Promise<void> {
    while (!this.#isClosed) {
      this.#wake = new AbortController();
      try {
        await this.#look();
        this.#isInTrouble = false;
      } catch (error) {
        // That the database is away is said by whoever watches it.
        if (!this.#isInTrouble && !this.#isClosed && !isAway(error)) {
          this.#options.onTrouble(`Commands can not be read, which is tried again: ${wordsOf(error)}`);
        }
        this.#isInTrouble = true;
      }
      if (this.#isClosed) return;
      await sleep(LOOK_EVERY_MS, undefined, { signal: this.#wake.signal }).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const database = { sql: this.#sql };
    for (const [id, answer] of this.#unmarked) {
      await markApplied(database, id, answer);
      this.#unmarked.delete(id);
    }
    for (const command of await pendingCommands(database)) {
      if (this.#isClosed) return;
      if (!this.#failed.has(command.id)) await this.#apply(command);
    }
  }

  async #apply(command: AskedCommand): Promise<void> {
    const database = { sql: this.#sql };
    const { id } = command;
    let answer: string;
    try {
      answer = await this.#options.onCommand(command);
    } catch (error) {
      // The worker ends: its next start takes the command up.
      if (this.#isClosed) return;
      this.#failed.add(id);
      this.#options.onTrouble(`Command "${command.command}" failed: ${wordsOf(error)}`);
      await noteFailure(database, id, wordsOf(error));
      return;
    }
    this.#unmarked.set(id, answer);
    await markApplied(database, id, answer);
    this.#unmarked.delete(id);
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
