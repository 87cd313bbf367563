import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { freePort } from '../../src/db/free-port.ts';

/** Undefined where there is none: then what needs one is reported as skipped. */
export function redisServerPath(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, 'redis-server')).find(isExecutable);
}

export interface RedisServer {
  readonly url: string;
  /** Kills it at once, as a machine that fails would. */
  kill(): Promise<void>;
  /** Kills it and starts another one in its place, which knows nothing. */
  replace(): Promise<void>;
}

/** A real server on a free port of the loopback interface, which writes nothing to disk. */
export async function startRedis(program: string, options: readonly string[] = []): Promise<RedisServer> {
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...options];
  const start = async (): Promise<ChildProcess> => {
    const started = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    await ready(started);
    return started;
  };
  let server = await start();
  const dieWithUs = () => server.kill('SIGKILL');
  process.once('exit', dieWithUs);
  const end = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    async kill() {
      process.off('exit', dieWithUs);
      await end();
    },
    async replace() {
      await end();
      server = await start();
    },
  };
}

async function ready(server: ChildProcess): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    server.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Ready to accept connections')) resolve();
    });
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`redis-server ended with "${code}": ${output}`)));
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
