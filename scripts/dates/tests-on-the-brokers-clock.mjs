/**
 * The tests that `npm run test:dates` runs on the present date only, because nats-server is a Go program and keeps the real
 * clock. At most 15, each with the reason.
 * @type {readonly { path: string, name: string, reason: string }[]} `name`: the titles around it and its own
 */
export const testsOnTheBrokersClock = [
  {
    path: 'test/connect-with-token.e2e-spec.ts',
    name: 'a connection with a license token ends when its token expires, and opens again with the next token',
    reason: 'The broker ends a connection when its own clock passes the end of the token.',
  },
  {
    path: 'test/deliver-to-hub.e2e-spec.ts',
    name: 'a store server whose license token expires reconnects to its hub with the next token, and publishes nothing twice',
    reason: 'The broker of the hub ends a connection when its own clock passes the end of the token.',
  },
  {
    path: 'test/list-peers.e2e-spec.ts',
    name: 'the list of peers shows the license status that a store server has published, even if it never connected',
    reason:
      'A store was last seen when the broker stored its event, which is long ago for a hub on a later date.',
  },
  {
    path: 'test/list-peers.e2e-spec.ts',
    name: 'the list of peers lists the peers that need attention first, with the reasons, and can filter them',
    reason:
      'A store was last seen when the broker stored its event, which is long ago for a hub on a later date.',
  },
];
