import { connect } from 'node:net';
import type { Settings } from '../../config/settings.js';
import { explainFailure } from '../../oauth/explain-failure.js';
import { OAuthSessions } from '../../oauth/oauth-session.js';
import { fail, type Finding, ok, skip } from './finding.js';
import { checkClockOffset } from './check-clock-offset.js';

const check = 'authorization-server';
const proxyTimeoutMs = 3000;

const remedies: Readonly<Record<string, string>> = {
  'authorization-server-unreachable':
    'Check the internet connection, DNS, the firewall, HTTPS_PROXY and AUTH_SERVER_URL. Registers can sell until the token expires.',
  'authorization-server-error': 'It is not ready: wait, or ask its operator.',
  'authorization-server-refused': 'Ask its operator; this service may be too old for it.',
  'authorization-server-unsuitable':
    'Check AUTH_SERVER_URL; a login page of the network may be answering instead.',
};

/** Returns the remedy for the code of a failed request. */
export function remedyFor(code: string): string {
  return remedies[code] ?? 'See docs/operations.md.';
}

/** Checks that the Authorization server answers, and compares its clock with this one. */
export async function checkAuthorizationServer(settings: Settings): Promise<Finding[]> {
  const proxyFault = await checkProxy(settings);
  if (proxyFault !== null) return [proxyFault, skip(check, 'Not checked: its proxy does not answer.')];
  const { issuer } = settings.authorizationServer;
  const sessions = new OAuthSessions(settings);
  try {
    await sessions.get();
  } catch (error) {
    const { code, message } = explainFailure(error);
    const remedy = /certificate .* is not trusted/.test(message)
      ? 'Set NODE_EXTRA_CA_CERTS to the certificate file of the private CA.'
      : remedyFor(code);
    return [
      fail(check, message, remedy),
      skip('clock', 'Not checked: the Authorization server gave no valid answer.'),
    ];
  }
  const answer = await sessions.fetch(new URL('/.well-known/oauth-authorization-server', issuer).href, {
    headers: {},
  });
  return [
    ok(check, `${issuer.href} answers and its metadata is valid.`),
    checkClockOffset(answer.headers.get('date'), Date.now()),
  ];
}

async function checkProxy({ proxy, authorizationServer }: Settings): Promise<Finding | null> {
  const isSecure = authorizationServer.issuer.protocol === 'https:';
  const url = isSecure ? proxy.https : proxy.http;
  const isExcepted = proxy.exceptions
    ?.split(/[\s,]+/)
    .some((host) => host === '*' || host === authorizationServer.issuer.hostname);
  if (url === null || isExcepted === true || !URL.canParse(url)) return null;
  const { hostname, port, protocol } = new URL(url);
  const isListening = await canConnect(hostname, Number(port) || (protocol === 'https:' ? 443 : 80));
  if (isListening) return null;
  const name = isSecure ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  return fail(
    'proxy',
    `Nothing answers at the proxy ${hostname}:${port} (${name}).`,
    `Correct ${name}, or add the Authorization server to NO_PROXY.`,
  );
}

function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: proxyTimeoutMs });
    const end = (isConnected: boolean) => {
      socket.destroy();
      resolve(isConnected);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}
