/**
 * One install at a time per folder. The lock is a file that names its owner and the owner's npm, and is touched while
 * they work: it counts as abandoned when both are gone, or when nothing was heard for too long.
 */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const HEARTBEAT_MS = 2_000;
const SILENT_OWNER_MS = 30_000;
const GIVEN_UP_MS = 600_000;
const POLL_MS = 250;
/** Two who take over the same abandoned lock see within this time whose file is left. */
const SETTLE_MS = 50;

export class InstallLock {
  #file;
  #token = randomUUID();
  #heartbeat;

  constructor(folder) {
    this.#file = path.join(folder, '.bootstrap-lock');
  }

  isHeld() {
    return fs.existsSync(this.#file);
  }

  /** Waits until the lock is ours; `onWait` is called once if that takes time. */
  async acquire(onWait) {
    for (let hasWaited = false; ; ) {
      try {
        fs.writeFileSync(this.#file, this.#text(undefined), { flag: 'wx' });
        await sleep(SETTLE_MS);
        if (this.#owner()?.token === this.#token) return;
      } catch (error) {
        if (error.code !== 'EEXIST') throw error;
        if (this.#isAbandoned()) {
          fs.rmSync(this.#file, { force: true });
          continue;
        }
      }
      if (!hasWaited) onWait();
      hasWaited = true;
      await sleep(POLL_MS);
    }
  }

  /** Names npm's process as the one at work and keeps the lock fresh until it is released. */
  keep(npmPid) {
    fs.writeFileSync(this.#file, this.#text(npmPid));
    this.#heartbeat = setInterval(() => {
      const now = new Date();
      // Should someone remove the lock, the install itself goes on.
      fs.utimes(this.#file, now, now, () => undefined);
    }, HEARTBEAT_MS);
  }

  release() {
    clearInterval(this.#heartbeat);
    if (this.#owner()?.token === this.#token) fs.rmSync(this.#file, { force: true });
  }

  #text(npmPid) {
    return JSON.stringify({ host: os.hostname(), pid: process.pid, npmPid, token: this.#token });
  }

  #owner() {
    try {
      return JSON.parse(fs.readFileSync(this.#file, 'utf8'));
    } catch {
      return undefined;
    }
  }

  #isAbandoned() {
    let age;
    try {
      age = Date.now() - fs.statSync(this.#file).mtimeMs;
    } catch {
      return false;
    }
    if (age > GIVEN_UP_MS) return true;
    const owner = this.#owner();
    // The processes of another host, or of another container, cannot be looked up.
    if (owner === undefined || owner.host !== os.hostname()) return age > SILENT_OWNER_MS;
    const isOwnerGone = !isAlive(owner.pid) || age > SILENT_OWNER_MS;
    return isOwnerGone && !isAlive(owner.npmPid);
  }
}

function isAlive(pid) {
  if (!Number.isInteger(pid)) return false;
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Ended, but not yet collected by its parent: Linux still answers to its id. */
function isZombie(pid) {
  try {
    return /\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
