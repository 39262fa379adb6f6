import { describeEvent } from './example-register/describe-event.js';
import { readSettings, type RegisterSettings } from './example-register/read-settings.js';
import { followLicense } from './index.js';

// Closing takes milliseconds; a broker that has stopped answering must not hold up the end.
const CLOSE_TIMEOUT_MS = 1_500;

const outcome = readSettings(process.env);
if (outcome.kind === 'faulty') {
  for (const fault of outcome.faults) console.error(fault);
  process.exit(1);
}
run(outcome.settings);

function run(settings: RegisterSettings): void {
  console.log(`following the license at ${settings.url}`);
  const license = followLicense({
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

  function describeStanding(): string {
    if (license.current() === null) return 'no license known yet';
    return license.isLicensed() ? 'licensed meanwhile' : 'not licensed';
  }

  const stop = (): void => {
    setTimeout(() => process.exit(0), CLOSE_TIMEOUT_MS).unref();
    void license.close().finally(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}
