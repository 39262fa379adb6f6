import type { TestNats } from './start-nats.js';

/** Returns the settings with which a service uses a broker for events, admission and disconnection of peers. */
export function brokerEnvironment(nats: TestNats): Record<string, string> {
  return {
    NATS_URL: nats.url,
    NATS_USER: nats.serviceUser.user,
    NATS_PASSWORD: nats.serviceUser.password,
    NATS_CALLOUT_USER: nats.calloutUser.user,
    NATS_CALLOUT_PASSWORD: nats.calloutUser.password,
    NATS_ISSUER_SEED: nats.issuerSeed,
    NATS_CALLOUT_XKEY_SEED: nats.xkeySeed,
    NATS_SYS_USER: nats.sysUser.user,
    NATS_SYS_PASSWORD: nats.sysUser.password,
  };
}
