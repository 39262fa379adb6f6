import { authorizeDevice, makeDevice } from './example-register/authorize-device.js';
import { describeEvent } from './example-register/describe-event.js';
import { refreshMockToken } from './example-register/refresh-mock-token.js';
import { markConnection } from './example-register/mark-connection.js';
import { MockControls } from './example-register/mock-controls.js';
import { MockToken } from './example-register/mock-token.js';
import { type MockSettings, readSettings, type RegisterSettings } from './example-register/read-settings.js';
import {
  type Device,
  DeviceError,
  followLicense,
  type FollowLicenseOptions,
  InvalidOptionsError,
  type LicenseFollower,
} from './index.js';

// Closing takes milliseconds. A broker that does not answer must not delay the exit.
const CLOSE_TIMEOUT_MS = 1_500;

const stopping = new AbortController();
const running: { device?: Device; license?: LicenseFollower } = {};
/** The reason why there is no connection; empty while connected. */
let refusal = '';
const { CONNECTED_FILE: connectedFile } = process.env;
const mark = connectedFile ? markConnection(connectedFile) : null;
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
const outcome = readSettings(process.env);
if (outcome.kind === 'faulty') refuse(outcome.faults);
try {
  await start(outcome.settings);
} catch (error) {
  if (error instanceof InvalidOptionsError || error instanceof DeviceError) refuse([error.message]);
  throw error;
}

async function start(settings: RegisterSettings): Promise<void> {
  if (settings.kind === 'user') {
    const { natsUrl, credentials } = settings;
    console.log(`following the license at ${natsUrl}`);
    running.license = follow({ natsUrl, ...credentials });
    return;
  }
  if (settings.kind === 'mock') return startWithMockToken(settings);
  const { natsUrl, serverUrl } = settings;
  const device = await makeDevice(settings.device, print);
  running.device = device;
  await authorizeDevice(device, settings.device, print, stopping.signal);
  if (stopping.signal.aborted) return;
  console.log(`following the license as ${device.id} at ${natsUrl ?? serverUrl ?? 'the hub of its token'}`);
  running.license = follow({
    device,
    ...(natsUrl === null ? {} : { natsUrl }),
    ...(serverUrl === null ? {} : { serverUrl }),
  });
}

async function startWithMockToken({
  serverUrl,
  controlsUrl,
  deviceId,
  profile,
}: MockSettings): Promise<void> {
  const token = new MockToken(new MockControls(controlsUrl), deviceId);
  // Waiting for the server's first license counts as healthy.
  mark?.(true);
  await refreshMockToken(
    token,
    { print, isNeeded: () => isAboutToken(refusal), signal: stopping.signal },
    () => {
      running.license ??= follow({ serverUrl, token: () => token.current, dpopKey: token.dpopKey, profile });
    },
  );
}

function print(line: string): void {
  console.log(line);
}

/** Returns whether another token may be accepted. For other reasons, such as an unlicensed server, waiting helps. */
function isAboutToken(reason: string): boolean {
  return /wrong-hub|foreign-organization|token-expired|license-expired|revoked|unknown-key/.test(reason);
}

function follow(options: FollowLicenseOptions): LicenseFollower {
  const license = followLicense({
    ...options,
    onLicenseStatus: (event, delivery) => console.log(describeEvent(event, delivery)),
    onTokenExpiring: (event, delivery) => console.log(describeEvent(event, delivery)),
    onConnection: (change) => {
      refusal = change.state === 'connected' ? '' : change.reason;
      mark?.(/^$|server-unlicensed/.test(refusal));
      console.log(
        change.state === 'connected'
          ? `connected to ${change.broker}`
          : `not connected (${change.reason}): retrying every second; ${describeStanding(license)}`,
      );
    },
    onCaughtUp: (current) => {
      if (current === null) console.log('no license known yet: waiting');
    },
    onDropped: ({ subject, reason, detail }) => {
      if (reason !== 'duplicate') console.log(`${subject} dropped (${reason}): ${detail}`);
    },
  });
  return license;
}

function describeStanding(license: LicenseFollower): string {
  const standing = license.standing();
  if (standing.isLicensed) return `still licensed, until ${standing.usableUntil.toISOString()}`;
  return standing.reason === 'nothing-heard' ? 'no license known yet' : `not licensed (${standing.reason})`;
}

function refuse(faults: readonly string[]): never {
  for (const fault of faults) console.error(fault);
  process.exit(1);
}

function stop(): void {
  stopping.abort();
  setTimeout(() => process.exit(0), CLOSE_TIMEOUT_MS).unref();
  void Promise.allSettled([running.license?.close(), running.device?.stop()]).then(() => process.exit(0));
}
