import { join } from 'node:path';
import { startProcess } from './child-process.mjs';
import { rootDir } from './root-dir.mjs';

/**
 * Starts the bare publisher that our events are compared with, on the same broker.
 * @param {import('./stage.mjs').Stage} stage
 * @param {string} body of its events
 */
export async function startPublisher(stage, body) {
  const { broker } = await stage.events();
  const child = await startProcess({
    args: [join(rootDir, 'bench/peers/commit-and-publish.mjs')],
    env: {
      DATABASE_FILE: join(stage.newFolder('publisher'), 'bare.sqlite'),
      NATS_URL: broker.url,
      NATS_USER: 'licensing',
      NATS_PASSWORD: broker.passwords.licensing,
      BODY: body,
    },
    isReady: (output) => output.includes('Ready.'),
    hasChannel: true,
  });
  return {
    /** @param {number} count @returns {Promise<bigint>} when it began */
    tell: async (count) => {
      const answer = child.nextMessage();
      child.send({ count });
      return BigInt((await answer).startedAt);
    },
    stop: () => child.stop(),
  };
}
