import { loadSettings } from '../config/load-settings.js';
import { Clock } from '../domain/ports/clock.js';
import { checkServer } from './check-server/check-server.js';
import type { Command } from './command.js';
import { formatFindings } from './doctor/format-findings.js';
import { exitCodes } from './exit-code.js';
import { jsonOption } from './service-options.js';

export const checkAuthorizationServerCommand: Command = {
  summary: 'checks whether an Authorization server fits its profile',
  details:
    'Reads the metadata and the keys of AUTH_SERVER_URL, asks a person to approve a user code, refreshes once, revokes the\n' +
    'grant, and lists each misfit with AUTH_SERVER_PROFILE and its remedy. It does not use the running service or its\n' +
    'license. Exits with 4 if there is a misfit, but not for a warning.',
  options: {
    ...jsonOption,
    'no-device-flow': { type: 'boolean', help: 'checks only what needs no person' },
  },
  async run({ variables, terminal, isSet }) {
    const settings = loadSettings(variables);
    const showCode = (userCode: string, verificationUri: string) =>
      terminal.notify(
        `Open ${verificationUri} and approve the user code ${userCode} for a test server. ` +
          'Do not choose the device of a running server: it can lose its authorization.',
      );
    const findings = await checkServer({
      settings,
      clock: new WallClock(),
      showCode: isSet('no-device-flow') ? null : showCode,
    });
    terminal.print(isSet('json') ? JSON.stringify(findings) : formatFindings(findings));
    return findings.some(({ verdict }) => verdict === 'fail') ? exitCodes.no : exitCodes.ok;
  },
};

/** The clock of this machine: a check has no trusted time. */
class WallClock extends Clock {
  override now(): Date {
    return new Date();
  }

  override machineNow(): Date {
    return this.now();
  }

  override trustedNow(): Date | null {
    return null;
  }

  override uptimeMs(): number {
    return performance.now();
  }

  override isSuspect(): boolean {
    return false;
  }

  override sleep(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }
}
