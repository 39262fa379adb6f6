import { once } from 'node:events';
import { createServer } from 'node:net';

/** @returns {Promise<number>} a port of loopback that nothing listens on */
export async function findFreePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('The probe has no port.');
  return address.port;
}
