/** What the machine must offer: the version of Node, room on the disk, the right time. */
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SECOND_MS } from '../../core/time.ts';
import { type Check, fail, ok, warn } from './check.ts';

const NODE_MAJOR = 24;
const GIB = 2 ** 30;
const LITTLE_SPACE = 2 * GIB;
const TOO_LITTLE_SPACE = GIB / 4;
/** A TOTP is good for 30 s and the step before; candles close 1.5 s after their end. */
const SMALL_SKEW_MS = 2 * SECOND_MS;
const LARGE_SKEW_MS = 20 * SECOND_MS;

export function nodeCheck(version: string = process.versions.node): Check {
  return {
    name: 'node',
    run: async () => {
      const major = Number(version.split('.')[0]);
      if (major === NODE_MAJOR) return ok(`Node ${version}`);
      const todo = `Start through npm ("npm start"), which brings Node ${NODE_MAJOR} along.`;
      return major > NODE_MAJOR ? warn(`Node ${version}, made for ${NODE_MAJOR}`, todo) : fail(`Node ${version}`, todo);
    },
  };
}

/** `freeBytes` answers for the nearest folder that exists. */
export function diskCheck(folder: string, freeBytes: (folder: string) => Promise<number> = freeBytesAt): Check {
  return {
    name: 'disk',
    run: async () => {
      const free = await freeBytes(folder);
      const found = `${(free / GIB).toFixed(1)} GiB free under ${folder}`;
      const todo = 'Free some space, or point SIGNALMAN_STATE (or DATABASE_URL) to a larger disk.';
      if (free < TOO_LITTLE_SPACE) return fail(found, todo);
      return free < LITTLE_SPACE ? warn(found, todo) : ok(found);
    },
  };
}

/** This machine's time against the `Date` header of the server whose time counts. */
export function clockCheck(url: string, now: () => number = Date.now): Check {
  return {
    name: 'clock',
    run: async (signal) => {
      const host = new URL(url).host;
      const unanswered = (why: string) =>
        warn(
          `${host} did not tell the time (${why})`,
          'Check the network; then compare this clock with a time server.',
        );
      const before = now();
      const response = await fetch(url, { method: 'HEAD', redirect: 'manual', signal }).catch((error: unknown) => {
        return error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      });
      const after = now();
      if (typeof response === 'string') return unanswered(response);
      const told = Date.parse(response.headers.get('date') ?? '');
      if (Number.isNaN(told)) return unanswered('no Date header');
      // The header has whole seconds: the middle of the second is the best guess.
      const skewMs = Math.round((before + after) / 2 - (told + SECOND_MS / 2));
      const found = `${Math.abs(skewMs / SECOND_MS).toFixed(1)} s ${skewMs < 0 ? 'behind' : 'ahead of'} ${host}`;
      const todo = 'Set this clock by the network: "timedatectl set-ntp true", or the time settings of the system.';
      if (Math.abs(skewMs) > LARGE_SKEW_MS) {
        return fail(found, `One-time passwords are refused that far off. ${todo}`);
      }
      return Math.abs(skewMs) > SMALL_SKEW_MS ? warn(found, todo) : ok(found);
    },
  };
}

async function freeBytesAt(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    const parent = dirname(folder);
    if (parent === folder) throw error;
    return freeBytesAt(parent);
  }
}
