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

/** Checks the logins of this service at the broker, the stream of its events, and the broker of the hub. */
export async function checkBroker({ nats }: Settings, isServiceRunning: boolean): Promise<Finding[]> {
  const attempt = await open(nats.url, nats.login);
  if (attempt.kind === 'refused') {
    const remedy = 'Set NATS_USER and NATS_PASSWORD as in the configuration of the broker.';
    return [fail(check, `The broker at ${nats.url} rejects the login of this service.`, remedy)];
  }
  if (attempt.kind === 'away') {
    const remedy = 'Start the broker, or correct NATS_URL. Events stay queued in the database until then.';
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
        'The broker accepts connections without a login.',
        'Use a configuration such as deploy/nats/store.conf.',
      ),
    ];
  }
  return [ok(check, `The broker (nats-server ${version}) accepts the login of this service.`)];
}

async function checkStream(connection: NatsConnection, isServiceRunning: boolean): Promise<Finding> {
  const name = 'stream';
  try {
    const manager = await jetstreamManager(connection, { timeout: timeoutMs });
    const { config } = await manager.streams.info(licenseStreamName);
    const missing = eventSubjects.filter((subject) => !config.subjects.includes(subject));
    if (missing.length === 0 && config.allow_direct)
      return ok(name, `The stream ${licenseStreamName} stores the events.`);
    return fail(
      name,
      `The configuration of the stream ${licenseStreamName} was changed: it must have the subjects ${eventSubjects.join(' and ')} and allow direct access.`,
      'Restart the service: it corrects the configuration.',
    );
  } catch (error) {
    if (error instanceof JetStreamApiError && error.status === notFound) {
      const message = `The broker has no stream ${licenseStreamName}.`;
      return isServiceRunning
        ? fail(
            name,
            message,
            'See the log of the service: it creates the stream when it connects, unless another stream has these subjects.',
          )
        : warn(name, message, 'The service creates it when it starts.');
    }
    const cause = error instanceof Error ? error.message : String(error);
    return fail(
      name,
      `JetStream cannot be used (${cause}).`,
      'Enable JetStream in the broker, for the account of this service (deploy/nats/store.conf).',
    );
  }
}

/** Checks the two other logins, which are needed for peers to connect. */
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
          'Connections of revoked peers are not closed immediately.',
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
    return ok(name, `The broker accepts the login of the user ${login.user}.`);
  }
  return fail(
    name,
    `The broker rejects the login of the user ${login.user}.`,
    `Set ${settings} as in the configuration of the broker.`,
  );
}

/** Checks that store servers have their own account. Returns nothing if the login fails, which `checkLogin` reports. */
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

/** Checks only that the broker of the hub answers: a login would need the license token. */
async function checkHub(url: string | null): Promise<Finding[]> {
  if (url === null) return [];
  const attempt = await open(url, null);
  if (attempt.kind === 'open') await attempt.connection.close();
  if (attempt.kind !== 'away') return [ok('hub', `The broker of the hub answers at ${url}.`)];
  const remedy = 'Check HUB_NATS_URL and the network. Events stay queued in the database until then.';
  return [warn('hub', `No broker of the hub answers at ${url} (${attempt.cause}).`, remedy)];
}
