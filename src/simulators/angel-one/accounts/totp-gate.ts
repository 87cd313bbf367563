import { verifySync } from 'otplib';
import { type EpochMs, SECOND_MS } from '../../../core/time.ts';

const STEP_SECONDS = 30;

/** RFC 6238 with SHA-1 and steps of 30 s: the step of now and its neighbours are good, each of them once. */
export class TotpGate {
  readonly #secret: string;
  readonly #usedSteps = new Set<number>();

  constructor(secret: string) {
    this.#secret = secret;
  }

  accepts(code: string, time: EpochMs, mayReuse: boolean): boolean {
    if (!/^\d{6}$/.test(code)) return false;
    const epoch = Math.floor(time / SECOND_MS);
    const verdict = verifySync({ secret: this.#secret, token: code, epoch, epochTolerance: STEP_SECONDS });
    if (!verdict.valid) return false;
    const step = Math.floor(epoch / STEP_SECONDS) + verdict.delta;
    if (this.#usedSteps.has(step) && !mayReuse) return false;
    this.#usedSteps.add(step);
    return true;
  }
}
