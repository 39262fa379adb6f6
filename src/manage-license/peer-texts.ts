import type { TokenStatus } from '../domain/license-status.js';
import type { AttentionReason } from '../peer-registry/attention.js';

/** The English texts of the page of connected servers and registers. `**words**` are bold. */
export const peerTexts = {
  title: 'Connected servers and registers',
  asOf: 'As of',
  reload: 'Reload the page to update it.',
  summary: (total: number, connected: number | null, attention: number) =>
    `${total} known, ${connected ?? 'an unknown number'} connected, ` +
    `${attention} ${attention === 1 ? 'needs' : 'need'} attention.`,
  filter: 'Filter',
  filters: {
    all: 'All',
    attention: 'Needs attention',
    servers: 'Servers',
    registers: 'Registers',
  },
  search: 'Name or ID begins with',
  submit: 'Search',
  columns: {
    name: 'Name',
    kind: 'Kind',
    status: 'License Status',
    tokenExpiry: 'Token Expiry',
    lastSeen: 'Last seen',
  },
  kinds: { server: 'Server', register: 'Register' },
  connected: 'Connected',
  notConnected: 'Not connected',
  unknownConnection: 'Connection unknown',
  notTold: 'Not reported yet',
  version: (version: string) => `Version ${version}`,
  tokenStatuses: {
    none: 'No license token',
    valid: 'License token valid',
    expiring: 'License token expires soon',
    expired: 'License token expired',
  } satisfies Record<TokenStatus, string>,
  attention: {
    unlicensed: 'It has no license. Acquire one on its own license page.',
    'license-expired': 'Renew its license on the Authorization server.',
    'requires-renewal': 'Renew its license on the Authorization server.',
    'reauthorization-required': 'Authorize it again on its own license page.',
    'token-expired': 'It has not connected with a fresh license token.',
    'token-expiring': 'Its license token expires soon. Check its internet connection.',
    'not-heard-of': 'No contact for more than a day. Check that it is switched on and on the network.',
    offline: 'It has not reached the Authorization server for more than a day.',
    'clock-suspect': 'Its clock seems to be wrong.',
  } satisfies Record<AttentionReason, string>,
  first: 'First page',
  next: 'Next page',
  empty: {
    title: 'No register or server has connected yet',
    text: 'Each device is listed here after its first connection. To connect a device:',
    hub: (server: string) =>
      `On the Authorization server, choose ${server} as the **hub server** of the device, and authorize the device.`,
    thisServer: 'this server',
    connect: 'Connect the device with its license token to the broker of this server:',
  },
  noneFits: 'No server or register matches.',
  noneInNeed: 'No server or register needs attention.',
};
