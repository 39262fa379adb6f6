import { createConnectionOptions } from '../../client/dist/index.js';

/**
 * The connection options that the client library makes for a user of the broker.
 * @param {import('./start-broker.mjs').Broker} broker
 * @param {'register' | 'licensing'} user
 */
export function connectAs(broker, user) {
  return createConnectionOptions({ natsUrl: broker.url, user, password: broker.passwords[user] });
}
