import type { Confirmation, ConfirmationBook, Taken } from '../../src/ports/confirmation-book.ts';

/** As the tables do it. */
export class MemoryConfirmations implements ConfirmationBook {
  readonly asked = new Map<string, Confirmation & { isUsed: boolean }>();

  async ask(confirmation: Confirmation): Promise<void> {
    this.asked.set(confirmation.nonce, { ...confirmation, isUsed: false });
  }

  async take(nonce: string, user: number, chat: string, now: number, mostMs: number): Promise<Taken> {
    const found = this.asked.get(nonce);
    if (found === undefined) return { kind: 'unknown' };
    if (found.user !== user || found.chat !== chat) return { kind: 'foreign' };
    if (found.isUsed) return { kind: 'used' };
    if (now - found.createdTime > mostMs) return { kind: 'late' };
    found.isUsed = true;
    return { kind: 'taken', action: found.action };
  }
}
