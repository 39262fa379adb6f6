import { connectAs } from './connect-as.mjs';
import { startPublisher } from './start-publisher.mjs';
import { Subscriber } from './subscriber.mjs';

/**
 * A register that hears the events of the service; and beside it a publisher that knows only the broker, with the same
 * bytes, and who listens to that.
 * @param {import('./stage.mjs').Stage} stage
 */
export async function listenSideBySide(stage) {
  const { broker, service } = await stage.events();
  const register = await Subscriber.open(connectAs(broker, 'register'), 'license.status');
  await register.hear(1, () => service.ask({ do: 'commit', count: 1 }));
  const publisher = await startPublisher(stage, register.lastBody);
  const listener = await Subscriber.open(connectAs(broker, 'licensing'), 'bench.status');
  const close = () => Promise.all([register.stop(), listener.stop(), publisher.stop()]);
  return { service, register, publisher, listener, close };
}
