import { JetStreamApiError, jetstreamManager } from '@nats-io/jetstream';
import { AuthorizationError, connect, type NatsConnection } from '@nats-io/transport-node';
import type { BrokerLogin, Settings } from '../../config/settings.js';
import { addressOptions } from '../../messaging/broker-address.js';
import { readAccounts } from '../../messaging/read-accounts.js';
import { eventSubjects, licenseStreamName } from '../../events/streams.js';
import { fail, type Finding, ok, warn } from './finding.js';

const check = 'broker';
const timeoutMs = 3000;
const notFound = 404;

/** Whether the broker lets this service in, keeps events, and asks it whom else to let in. */
export async function checkBroker({ nats }: Settings, isServiceRunning: boolean): Promise<Finding[]> {
  const attempt = await open(nats.url, nats.login);
  if (attempt.kind === 'refused') {
    const remedy =
      'Give this service the NATS_USER and NATS_PASSWORD that the configuration of the broker has.';
    return [fail(check, `The broker at ${nats.url} refuses the login of this service.`, remedy)];
  }
  if (attempt.kind === 'away') {
    const remedy = 'Start the broker, or put NATS_URL right. Events wait in the database until it is back.';
    return [fail(check, `No broker answers at ${nats.url} (${attempt.cause}).`, remedy)];
  }
  const { connection } = attempt;
  try {
    return [
      ...checkBrokerAnswer(connection),
      await checkStream(connection, isServiceRunning),
      ...(await checkLogins(nats)),
      ...(await checkHub(nats.hubUrl)),
    ];
  } finally {
    await connection.close();
  }
}

type Attempt =
  | { readonly kind: 'open'; readonly connection: NatsConnection }
  | { readonly kind: 'refused' }
  | { readonly kind: 'away'; readonly cause: string };

async function open(url: string, login: BrokerLogin | null): Promise<Attempt> {
  try {
    const connection = await connect({
      ...addressOptions(url),
      name: 'pos-licensing doctor',
      reconnect: false,
      timeout: timeoutMs,
      ...(login && { user: login.user, pass: login.password }),
    });
    return { kind: 'open', connection };
  } catch (error) {
    if (error instanceof AuthorizationError) return { kind: 'refused' };
    return { kind: 'away', cause: error instanceof Error ? error.message : String(error) };
  }
}

function checkBrokerAnswer({ info }: NatsConnection): Finding[] {
  const version = info?.version ?? '0.0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 2 || (major === 2 && minor < 10)) {
    return [fail(check, `The broker is nats-server ${version}.`, 'Install 2.10 or newer.')];
  }
  if (info?.auth_required !== true) {
    return [
      warn(
        check,
        'The broker lets in anybody, without a login.',
        'Use a configuration such as deploy/nats/store.conf.',
      ),
    ];
  }
  return [ok(check, `The broker (nats-server ${version}) lets this service in.`)];
}

async function checkStream(connection: NatsConnection, isServiceRunning: boolean): Promise<Finding> {
  const name = 'stream';
  try {
    const manager = await jetstreamManager(connection, { timeout: timeoutMs });
    const { config } = await manager.streams.info(licenseStreamName);
    const missing = eventSubjects.filter((subject) => !config.subjects.includes(subject));
    if (missing.length === 0 && config.allow_direct)
      return ok(name, `The stream ${licenseStreamName} keeps the events.`);
    return fail(
      name,
      `The stream ${licenseStreamName} was changed: it must keep ${eventSubjects.join(' and ')}, for direct requests.`,
      'Restart the service, which sets it right.',
    );
  } catch (error) {
    if (error instanceof JetStreamApiError && error.status === notFound) {
      const message = `The broker has no stream ${licenseStreamName}.`;
      return isServiceRunning
        ? fail(
            name,
            message,
            'See the log of the service: it makes the stream when it connects, unless another stream has its subjects.',
          )
        : warn(name, message, 'The service makes it when it starts.');
    }
    const cause = error instanceof Error ? error.message : String(error);
    return fail(
      name,
      `JetStream cannot be used (${cause}).`,
      'Switch JetStream on in the broker, in the account of this service (deploy/nats/store.conf).',
    );
  }
}

/** The two further logins that letting peers in needs. */
async function checkLogins({ url, callout, sys }: Settings['nats']): Promise<Finding[]> {
  if (callout === null) {
    const remedy = 'Set NATS_CALLOUT_USER, NATS_CALLOUT_PASSWORD and NATS_ISSUER_SEED.';
    return [warn('callout', 'Peers cannot log in with their license tokens.', remedy)];
  }
  return [
    await checkLogin('callout', url, callout, 'NATS_CALLOUT_USER and NATS_CALLOUT_PASSWORD'),
    sys === null
      ? warn(
          'system-account',
          'Connections of revoked peers are not ended at once.',
          'Set NATS_SYS_USER and NATS_SYS_PASSWORD.',
        )
      : await checkLogin('system-account', url, sys, 'NATS_SYS_USER and NATS_SYS_PASSWORD'),
    ...(sys === null ? [] : await checkAccounts(url, sys)),
  ];
}

async function checkLogin(name: string, url: string, login: BrokerLogin, settings: string): Promise<Finding> {
  const attempt = await open(url, login);
  if (attempt.kind === 'open') {
    await attempt.connection.close();
    return ok(name, `The broker lets the user ${login.user} in.`);
  }
  return fail(
    name,
    `The broker refuses the user ${login.user}.`,
    `Give this service the ${settings} that the configuration of the broker has.`,
  );
}

/** Checks that store servers have an account of their own. Returns nothing if the login fails, which `checkLogin` reports. */
async function checkAccounts(url: string, sys: BrokerLogin): Promise<Finding[]> {
  const name = 'stores-account';
  const attempt = await open(url, sys);
  if (attempt.kind !== 'open') return [];
  const { connection } = attempt;
  try {
    if ((await readAccounts(connection)).has('STORES'))
      return [ok(name, 'Store servers have their own account.')];
    const remedy =
      'Update the configuration of the broker from deploy/nats/store.conf, and restart the broker.';
    return [
      warn(name, 'The broker has no account STORES: store servers share that of the registers.', remedy),
    ];
  } catch (error) {
    return [warn(name, `The broker does not list its accounts (${String(error)}).`, 'Restart the broker.')];
  } finally {
    await connection.close();
  }
}

/** Whether the broker of the hub answers at all; that it lets this server in, only its license token can tell. */
async function checkHub(url: string | null): Promise<Finding[]> {
  if (url === null) return [];
  const attempt = await open(url, null);
  if (attempt.kind === 'open') await attempt.connection.close();
  if (attempt.kind !== 'away') return [ok('hub', `The broker of the hub answers at ${url}.`)];
  const remedy = 'Check HUB_NATS_URL and the network between. Events wait in the database until it is back.';
  return [warn('hub', `No broker of the hub answers at ${url} (${attempt.cause}).`, remedy)];
}
