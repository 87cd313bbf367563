/**
 * One client's socket, with everything that faults can do to what is sent over it.
 * Invariants: every frame given to `send` is written, swallowed or lost, and counted as what it became; frames of one turn
 * of the event loop leave in one write; a shared frame is never changed in place.
 */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { FrameMode } from '../frames/encode-frame.ts';
import { spoilFrame } from './spoil-frame.ts';
import type { ConnectionCounters } from './stream-counters.ts';
import type { Drop, FaultyConnection, StreamFaults, StreamName } from './stream-faults.ts';

/** Above the first a waiting market waits until the second; above the third the client is cut off. */
const SLOW_BYTES = 1_048_576;
const DRAINED_BYTES = 131_072;
const OVERRUN_BYTES = 67_108_864;
const DRAIN_CHECK_MS = 2;
/** A frame that is to come after the next one waits no longer than this for it. */
const REORDER_WAIT_MS = 200;
const POLICY_VIOLATION = 1008;
const GOING_AWAY = 1001;
const NUL = Buffer.of(0);

/** A market packet with its mode, or an order frame (mode null, text). */
interface Frame {
  readonly data: Buffer;
  readonly mode: FrameMode | null;
}

export class StreamConnection implements FaultyConnection {
  readonly counters: ConnectionCounters;
  readonly #socket: WebSocket;
  readonly #pipe: Duplex;
  readonly #faults: StreamFaults;
  #isCorked = false;
  #held: { readonly frame: Frame; readonly timer: NodeJS.Timeout } | undefined;
  #delayed: { readonly frame: Frame; readonly dueAt: number }[] = [];
  #delayedBytes = 0;
  #delayTimer: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, pipe: Duplex, counters: ConnectionCounters, faults: StreamFaults) {
    this.#socket = socket;
    this.#pipe = pipe;
    this.counters = counters;
    this.#faults = faults;
    faults.opened(this);
    // The server's pong does not echo the payload: a client that waits for its own bytes must find out here.
    socket.on('ping', () => socket.pong(NUL));
    socket.on('error', () => {
      counters.socketErrors++;
    });
    socket.on('close', () => this.#closed());
  }

  get id(): number {
    return this.counters.id;
  }

  get stream(): StreamName {
    return this.counters.stream;
  }

  get clientCode(): string {
    return this.counters.clientCode;
  }

  get isSlow(): boolean {
    return this.#waitingBytes > SLOW_BYTES;
  }

  /** Resolves when the reader has caught up or is gone. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (this.#waitingBytes <= DRAINED_BYTES) resolve();
        else setTimeout(check, DRAIN_CHECK_MS);
      };
      check();
    });
  }

  onMessage(listener: (text: string | null) => void): void {
    this.#socket.on('message', (data, isBinary) => listener(isBinary ? null : String(data)));
  }

  onClose(listener: () => void): void {
    this.#socket.once('close', listener);
  }

  /** An answer to something the client sent: no fault but a dead link touches it. */
  reply(data: string | Buffer): void {
    if (this.#isWritable) this.#socket.send(data);
  }

  send(data: Buffer, mode: FrameMode | null): void {
    if (!this.counters.isOpen) return;
    if (this.counters.isHalfOpen || this.#faults.swallows(this)) {
      this.counters.swallowed++;
      return;
    }
    const plan = this.#faults.next(this);
    if (plan === undefined) {
      this.#deliver({ data, mode });
    } else {
      this.counters.spoiled[plan.kind]++;
      if (plan.kind === 'lose') return;
      const frame = { data: spoilFrame(plan, data, mode !== null, this.#faults.random), mode };
      if (plan.kind === 'reorder' && this.#held === undefined) {
        this.#held = { frame, timer: setTimeout(() => this.#releaseHeld(), REORDER_WAIT_MS) };
        return;
      }
      this.#deliver(frame);
      if (plan.kind === 'duplicate') this.#deliver(frame);
    }
    this.#releaseHeld();
  }

  /** As the broker ends it: with a close frame that names the reason. */
  end(reason: string): void {
    if (this.counters.isHalfOpen) this.terminate();
    else this.#socket.close(POLICY_VIOLATION, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  drop(how: Drop): void {
    if (how === 'close-frame' && !this.counters.isHalfOpen) this.#socket.close(GOING_AWAY);
    else if (how === 'reset' && this.#pipe instanceof Socket) this.#pipe.resetAndDestroy();
    else this.#socket.terminate();
  }

  halfOpen(): void {
    this.counters.isHalfOpen = true;
    this.#socket.pause();
  }

  get #isWritable(): boolean {
    return this.#socket.readyState === WebSocket.OPEN && !this.counters.isHalfOpen;
  }

  get #waitingBytes(): number {
    return this.#isWritable ? this.#socket.bufferedAmount + this.#delayedBytes : 0;
  }

  #deliver(frame: Frame): void {
    const delayMs = this.#faults.delayMs(this);
    if (delayMs === 0 && this.#delayed.length === 0) {
      this.#write(frame);
      return;
    }
    // Never earlier than the frame before it, even when the delay has just become shorter.
    const before = this.#delayed.at(-1)?.dueAt ?? 0;
    this.#delayed.push({ frame, dueAt: Math.max(before, performance.now() + delayMs) });
    this.#delayedBytes += frame.data.length;
    if (this.#delayTimer === undefined) this.#armDelay();
  }

  #armDelay(): void {
    const first = this.#delayed[0];
    if (first === undefined) return;
    this.#delayTimer = setTimeout(
      () => {
        this.#delayTimer = undefined;
        const now = performance.now();
        let due = 0;
        while ((this.#delayed[due]?.dueAt ?? Number.POSITIVE_INFINITY) <= now) due++;
        for (const { frame } of this.#delayed.splice(0, due)) {
          this.#delayedBytes -= frame.data.length;
          this.#write(frame);
        }
        this.#armDelay();
      },
      Math.max(1, first.dueAt - performance.now()),
    );
  }

  #releaseHeld(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    clearTimeout(held.timer);
    this.#deliver(held.frame);
  }

  #write({ data, mode }: Frame): void {
    if (!this.#isWritable) {
      this.counters.swallowed++;
      return;
    }
    if (this.#socket.bufferedAmount > OVERRUN_BYTES) {
      this.counters.isOverrun = true;
      this.counters.swallowed++;
      this.#socket.terminate();
      return;
    }
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#pipe.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        this.#pipe.uncork();
      });
    }
    this.#socket.send(data, { binary: mode !== null });
    this.counters.frames++;
    this.counters.bytes += data.length;
    if (mode !== null) this.counters.framesByMode[mode]++;
  }

  #closed(): void {
    this.counters.isOpen = false;
    if (this.#held !== undefined) clearTimeout(this.#held.timer);
    clearTimeout(this.#delayTimer);
    this.counters.swallowed += this.#delayed.length + (this.#held === undefined ? 0 : 1);
    this.#held = undefined;
    this.#delayed = [];
    this.#delayedBytes = 0;
    this.#faults.closed(this);
  }
}
