import { createIORedisClient, createRedisBackend, RedisConnection, withBackend } from 'bullmq';
import { Redis } from 'ioredis';
import { type JobPayload, type QueueFactory, workerOptions } from './queue-factory.ts';
import { CONNECT_MS, serverOf, unavailable } from './queue-server.ts';

const LONGEST_RECONNECT_MS = 1_000;

export async function redisQueues(url: string, prefix: string): Promise<QueueFactory> {
  await reachRedis(url);
  useEndingRedis();
  const { Queue, Worker } = withBackend(createRedisBackend);
  return {
    backend: 'redis',
    // A producer fails soon when Redis is away: the outbox keeps the job, and the sweeper adds it later.
    makeQueue: (name) =>
      new Queue<JobPayload, void>(name, {
        prefix,
        connection: { url, connectTimeout: CONNECT_MS, retryStrategy: reconnectDelayMs, maxRetriesPerRequest: 1 },
      }),
    makeWorker: (name, processor, settings) =>
      new Worker<JobPayload, void>(name, processor, {
        ...workerOptions(settings),
        prefix,
        connection: { url, connectTimeout: CONNECT_MS, retryStrategy: reconnectDelayMs, maxRetriesPerRequest: null },
      }),
  };
}

/** BullMQ's own grows to twenty seconds, during which orders would wait for a server that is back. */
function reconnectDelayMs(attempts: number): number {
  return Math.min(attempts * 100, LONGEST_RECONNECT_MS);
}

async function reachRedis(url: string): Promise<void> {
  const where = serverOf(url, ['redis:', 'rediss:'], 'REDIS_URL');
  const probe = new Redis(url, {
    lazyConnect: true,
    retryStrategy: null,
    connectTimeout: CONNECT_MS,
    commandTimeout: CONNECT_MS,
    maxRetriesPerRequest: 0,
  });
  let socketError: unknown;
  probe.on('error', (error) => {
    socketError ??= error;
  });
  try {
    await probe.connect();
    await probe.ping();
  } catch (error) {
    throw unavailable(
      'a Redis server',
      where,
      socketError ?? error,
      'Start it, or leave REDIS_URL unset to queue in Postgres.',
    );
  } finally {
    probe.disconnect();
  }
}

/**
 * ioredis never says `end` when it is told to disconnect while it waits to reconnect, and BullMQ waits for that word: a
 * worker whose server is away could not be closed (github.com/taskforcesh/bullmq/issues/4656). In the state `wait`
 * ioredis does end, and rejects what is still queued.
 */
class EndingRedis extends Redis {
  override disconnect(reconnect = false): void {
    if (!reconnect && this.status === 'reconnecting') this.status = 'wait';
    super.disconnect(reconnect);
  }
}

/** BullMQ makes its connections itself; this is its only place to say of which class. */
function useEndingRedis(): void {
  RedisConnection.clientFactory = ({ url, ...options }) =>
    createIORedisClient(url === undefined ? new EndingRedis(options) : new EndingRedis(url, options));
}
