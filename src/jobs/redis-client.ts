import { createIORedisClient, RedisConnection } from 'bullmq';
import { Redis } from 'ioredis';

/**
 * ioredis never says `end` when it is told to disconnect while it waits to reconnect, and BullMQ waits for that word: a
 * worker whose server is away could not be closed (github.com/taskforcesh/bullmq/issues/4656). In the state `wait`
 * ioredis does end, and rejects what is still queued.
 */
export class EndingRedis extends Redis {
  override disconnect(reconnect = false): void {
    if (!reconnect && this.status === 'reconnecting') this.status = 'wait';
    super.disconnect(reconnect);
  }
}

/** BullMQ makes its connections itself; this is its only place to say of which class. */
export function useEndingRedis(): void {
  RedisConnection.clientFactory = ({ url, ...options }) =>
    createIORedisClient(url === undefined ? new EndingRedis(options) : new EndingRedis(url, options));
}
