import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from './command.js';
import { CommandError } from './command-error.js';
import { exitCodes } from './exit-code.js';
import { serviceOptions } from './service-options.js';
import { collectBundle } from './support-bundle/collect-bundle.js';

export const supportBundleCommand: Command = {
  summary: 'writes one file for the support, without secrets',
  details:
    'Writes settings (secrets by their names only), findings of the doctor, health, license, registers and store servers, the\n' +
    'last events, the last entries of the audit trail with its head, metrics, and the end of the log as JSON into <file>, which\n' +
    'only its owner can read; "-" prints it. It contains names and addresses of devices and people, so read it before you\n' +
    'send it. The service writes its log to its standard output: name a file with it, or /dev/stdin:\n' +
    '  journalctl -u pos-licensing -n 1000 | pos-licensing support-bundle --log /dev/stdin - > bundle.json\n' +
    'Works whether or not the service is running. pos-licensing doctor --bundle <file> reads it.',
  operands: ['<file>'],
  options: {
    log: {
      type: 'string',
      placeholder: '<file>',
      help: 'the log of the service; the bundle contains its last 256 kB',
    },
    ...serviceOptions,
  },
  async run(input) {
    const text = JSON.stringify(await collectBundle(input), null, 2);
    const [operand = ''] = input.operands;
    if (operand === '-') {
      input.terminal.print(text);
      return exitCodes.ok;
    }
    const path = resolve(operand);
    write(path, `${text}\n`);
    input.terminal.notify(`Support bundle written: ${path}. Read it before you send it.`);
    return exitCodes.ok;
  },
};

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    throw new CommandError('file-exists', `${path} already exists: choose another file name.`);
  }
}
