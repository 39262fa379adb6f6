/**
 * The tests that `npm run test:dates` runs on the present date only, because nats-server is a Go program and keeps the real
 * clock. At most 15, each with the reason.
 * @type {readonly { path: string, name: string, reason: string }[]} `name`: the titles around it and its own
 */
export const testsOnTheBrokersClock = [
  {
    path: 'test/connect-with-token.e2e-spec.ts',
    name: 'a connection with a license token ends with its token, and opens again with the next one',
    reason: 'The broker ends a connection when its own clock passes the end of the token.',
  },
  {
    path: 'test/deliver-to-hub.e2e-spec.ts',
    name: 'a store server whose license token ends is at its hub again with the next one, and has told nothing twice',
    reason: 'The broker of the hub ends a connection when its own clock passes the end of the token.',
  },
  {
    path: 'test/list-peers.e2e-spec.ts',
    name: 'the list of peers says what a store server has told of its license, also before it came itself',
    reason:
      'A store was last seen when the broker stored its event, which is long ago for a hub on a later date.',
  },
  {
    path: 'test/list-peers.e2e-spec.ts',
    name: 'the list of peers has those first that need attention, says why, and can leave the others out',
    reason:
      'A store was last seen when the broker stored its event, which is long ago for a hub on a later date.',
  },
];
