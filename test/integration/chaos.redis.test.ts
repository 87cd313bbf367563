import { it } from 'vitest';
import { redisServerPath, startRedis } from '../support/redis-server.ts';
import { PATIENCE, survives } from '../support/survive-chaos.ts';

it.skipIf(redisServerPath() === undefined)(
  'a worker with its queue in Redis, killed as well, loses and doubles no order (needs redis-server)',
  PATIENCE,
  async () => {
    const redis = await startRedis(redisServerPath() ?? '');
    try {
      await survives('8', redis);
    } finally {
      await redis.kill();
    }
  },
);
