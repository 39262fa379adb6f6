import { authorizeDevice, makeDevice } from './example-register/authorize-device.js';
import { describeEvent } from './example-register/describe-event.js';
import { readSettings, type RegisterSettings } from './example-register/read-settings.js';
import {
  type Device,
  DeviceError,
  followLicense,
  type FollowLicenseOptions,
  InvalidOptionsError,
  type LicenseFollower,
} from './index.js';

// Closing takes milliseconds; a broker that has stopped answering must not hold up the end.
const CLOSE_TIMEOUT_MS = 1_500;

const stopping = new AbortController();
const running: { device?: Device; license?: LicenseFollower } = {};
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
  const { natsUrl, serverUrl } = settings;
  const device = await makeDevice(settings.device, (line) => console.log(line));
  running.device = device;
  await authorizeDevice(device, settings.device, (line) => console.log(line), stopping.signal);
  if (stopping.signal.aborted) return;
  console.log(`following the license as ${device.id} at ${natsUrl ?? serverUrl ?? 'the hub of its token'}`);
  running.license = follow({
    device,
    ...(natsUrl === null ? {} : { natsUrl }),
    ...(serverUrl === null ? {} : { serverUrl }),
  });
}

function follow(options: FollowLicenseOptions): LicenseFollower {
  const license = followLicense({
    ...options,
    onLicenseStatus: (event, delivery) => console.log(describeEvent(event, delivery)),
    onTokenExpiring: (event, delivery) => console.log(describeEvent(event, delivery)),
    onConnection: (change) => {
      console.log(
        change.state === 'connected'
          ? `connected to ${change.broker}`
          : `not connected (${change.reason}): trying again every second; ${describeStanding(license)}`,
      );
    },
    onCaughtUp: (current) => {
      if (current === null) console.log('no license known yet: waiting');
    },
    onDropped: ({ subject, reason, detail }) => {
      if (reason !== 'duplicate') console.log(`${subject} left out (${reason}): ${detail}`);
    },
  });
  return license;
}

function describeStanding(license: LicenseFollower): string {
  const standing = license.standing();
  if (standing.isLicensed) return `licensed meanwhile, until ${standing.usableUntil.toISOString()}`;
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
