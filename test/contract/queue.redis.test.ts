import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openQueues } from '../../src/jobs/queue-backend.ts';
import { type RedisServer, redisServerPath, startRedis } from '../support/redis-server.ts';
import { queueContract, startQueueChild } from './queue.contract.ts';

const program = redisServerPath();
const log = { info() {}, warn() {}, error() {} };

if (program === undefined) {
  it('queue on redis', ({ skip }) => skip('redis-server is not on this machine'));
} else {
  queueContract('redis', async () => {
    const server = await startRedis(program);
    return { redisUrl: server.url, stop: () => server.kill() };
  });

  describe('a Redis server that fails', { timeout: 20_000 }, () => {
    const startServer = async (...options: readonly string[]): Promise<RedisServer> => {
      const server = await startRedis(program, options);
      onTestFinished(() => server.kill());
      return server;
    };

    it.each([100, 500, 1_000])('does not keep the queues from closing within 2 s, %i ms after its end', async (ms) => {
      const server = await startServer();
      const queues = await openQueues({ redisUrl: server.url, databaseUrl: '', schema: '', prefix: 'p', log });
      await queues.startWorker('orders', async () => {}, { concurrency: 1 });
      await server.kill();
      await new Promise((resolve) => setTimeout(resolve, ms));
      const begin = performance.now();
      await queues.close();
      expect(performance.now() - begin).toBeLessThan(2_000);
    });

    it.each([300, 1_000])('keeps no process alive that closed its queues %i ms after its end', async (ms) => {
      const server = await startServer();
      const child = await startQueueChild({
        ...{ redisUrl: server.url, databaseUrl: '', queueSchema: '', ledgerSchema: '', prefix: 'p' },
        task: 'close-when-told',
      });
      await server.kill();
      await new Promise((resolve) => setTimeout(resolve, ms));
      const begin = performance.now();
      expect(await child.stop()).toBe(0);
      expect(performance.now() - begin).toBeLessThan(10_000);
    });

    it('refuses an add soon, so that the outbox keeps the job', async () => {
      const server = await startServer();
      const queues = await openQueues({ redisUrl: server.url, databaseUrl: '', schema: '', prefix: 'p', log });
      await server.kill();
      const begin = performance.now();
      await expect(queues.queue('orders').add('place', { subject: 'a' })).rejects.toThrow();
      expect(performance.now() - begin).toBeLessThan(4_000);
      await queues.close();
    });

    it('is named without its password when it wants another one', async () => {
      const server = await startServer('--requirepass', 'right');
      const url = new URL(server.url);
      url.password = 'wr0ng';
      const opening = openQueues({ redisUrl: url.href, databaseUrl: '', schema: '', prefix: 'p', log });
      await expect(opening).rejects.toThrow(/^Expected a Redis server at "127.0.0.1:\d+", found "WRONGPASS[^\n]*$/);
      expect(inspect(await opening.catch((error: unknown) => error), { depth: 9, showHidden: true })).not.toContain(
        'wr0ng',
      );
    });
  });
}

describe('a Redis server that is not there', () => {
  it('is named in one line, without the password', async () => {
    const redisUrl = 'redis://:s3cret@127.0.0.1:1/0';
    await expect(openQueues({ redisUrl, databaseUrl: '', schema: '', prefix: 'p', log })).rejects.toThrow(
      'Expected a Redis server at "127.0.0.1:1/0", found "ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:1". ' +
        'Start it, or leave REDIS_URL unset to queue in Postgres.',
    );
  });
});
