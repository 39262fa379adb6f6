import type { PeerRefusal } from '../peers/tokens/peer.js';
import type { TokenStatus } from '../domain/license-status.js';
import type { AttentionReason } from '../peer-registry/attention.js';

/** The English texts of the page of connected servers and registers. `**words**` are bold. */
export const peerTexts = {
  title: 'Connected servers and registers',
  live: 'This page updates itself.',
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
  notReported: 'Not reported yet',
  version: (version: string) => `Version ${version}`,
  tokenStatuses: {
    none: 'No license token',
    valid: 'License token valid',
    expiring: 'License token expires soon',
    expired: 'License token expired',
  } satisfies Record<TokenStatus, string>,
  atServer: 'Authorization server',
  attention: {
    refused: 'This server refuses it. Check its organization and its hub server on the Authorization server.',
    unlicensed: 'It has no license. Acquire one on its own license page.',
    'license-expired': 'Renew its license on the Authorization server.',
    'requires-renewal': 'Renew its license on the Authorization server.',
    'reauthorization-required': 'Authorize it again on its own license page.',
    'token-expired': 'It has not connected with a fresh license token.',
    'token-expiring': 'Its license token expires soon. Check its internet connection.',
    clock:
      'Its clock is ahead of the clock of this server by more than a day, so its events are ignored. Correct its date and time.',
    'not-heard-of': 'No contact for more than a day. Check that it is switched on and on the network.',
    offline: 'It has not reached the Authorization server for more than a day.',
    'clock-suspect': 'Its clock seems to be wrong.',
  } satisfies Record<AttentionReason, string>,
  /** In place of the text for `refused`, by the code of the refusal. */
  refusals: {
    'wrong-hub':
      'This server refuses it, because it is assigned to another server. Choose this server as its hub server on the Authorization server.',
    'foreign-organization': 'This server refuses it, because it belongs to another organization.',
    'wrong-device-kind':
      'This server refuses it, because its license is for another kind of device. Authorize it again as what it is.',
    'device-revoked':
      'This server refuses it, because its authorization was removed on the Authorization server. Authorize it again.',
  } satisfies Partial<Record<PeerRefusal, string>> as Readonly<Partial<Record<string, string>>>,
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
