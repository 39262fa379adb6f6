import { describeEvent } from './example-register/describe-event.js';
import { readSettings, type RegisterSettings } from './example-register/read-settings.js';
import { followLicense, InvalidOptionsError, type LicenseFollower } from './index.js';

// Closing takes milliseconds; a broker that has stopped answering must not hold up the end.
const CLOSE_TIMEOUT_MS = 1_500;

const outcome = readSettings(process.env);
if (outcome.kind === 'faulty') refuse(outcome.faults);
const license = start(outcome.settings);
process.once('SIGTERM', stop);
process.once('SIGINT', stop);

function start(settings: RegisterSettings): LicenseFollower {
  console.log(`following the license at ${settings.url}`);
  try {
    return followLicense({
      ...settings,
      onLicenseStatus: (event, delivery) => console.log(describeEvent(event, delivery)),
      onTokenExpiring: (event, delivery) => console.log(describeEvent(event, delivery)),
      onConnection: (change) => {
        console.log(
          change.state === 'connected'
            ? `connected to ${change.broker}`
            : `not connected (${change.reason}): trying again every second; ${describeStanding()}`,
        );
      },
      onCaughtUp: (current) => {
        if (current === null) console.log('no license known yet: waiting');
      },
      onDropped: ({ subject, reason, detail }) => {
        if (reason !== 'duplicate') console.log(`${subject} left out (${reason}): ${detail}`);
      },
    });
  } catch (error) {
    if (error instanceof InvalidOptionsError) refuse([error.message]);
    throw error;
  }
}

function describeStanding(): string {
  if (license.current() === null) return 'no license known yet';
  return license.isLicensed() ? 'licensed meanwhile' : 'not licensed';
}

function refuse(faults: readonly string[]): never {
  for (const fault of faults) console.error(fault);
  process.exit(1);
}

function stop(): void {
  setTimeout(() => process.exit(0), CLOSE_TIMEOUT_MS).unref();
  void license.close().finally(() => process.exit(0));
}
