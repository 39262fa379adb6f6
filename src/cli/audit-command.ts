import { loadSettings } from '../config/load-settings.js';
import { type AuditSource, readNewestEntries, withAuditSource } from './audit-source.js';
import type { Command, CommandInput } from './command.js';
import { CommandError } from './command-error.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { formatAudit, formatVerification, toJsonLine } from './format-audit.js';
import { readLimit } from './read-limit.js';
import { jsonOption, serviceOptions } from './service-options.js';

const shownByDefault = 50;

export const auditCommand: Command = {
  summary: 'shows, exports or verifies the audit trail',
  details:
    'Shows the last entries of the audit trail, oldest first. With --json it exports all entries as JSON lines.\n' +
    'With --verify it checks the hash chain instead, and exits with 4 if an entry was changed, removed or moved. Store the\n' +
    'printed head in another place: a later run with --head checks that this entry is still in the chain.\n' +
    'If the service is not running, the command reads the trail from its database.',
  options: {
    verify: { type: 'boolean', help: 'verifies the trail' },
    head: {
      type: 'string',
      placeholder: '<hash>',
      help: 'the head of an earlier run, which must still be in the trail',
    },
    limit: {
      type: 'string',
      placeholder: '<n>',
      help: `number of entries; default: ${shownByDefault}, with --json all`,
    },
    ...jsonOption,
    ...serviceOptions,
  },
  async run(input) {
    const limit = readLimit(input, input.isSet('json') ? Infinity : shownByDefault);
    const head = readHead(input);
    return withAuditSource(input, loadSettings(input.variables), (source) =>
      input.isSet('verify') ? verify(input, source, head) : show(input, source, limit),
    );
  },
};

async function verify(
  { terminal, isSet }: CommandInput,
  source: AuditSource,
  head: string | null,
): Promise<ExitCode> {
  const verification = await source.verify(head);
  terminal.print(isSet('json') ? JSON.stringify(verification) : formatVerification(verification));
  return verification.isIntact ? exitCodes.ok : exitCodes.no;
}

async function show(
  { terminal, isSet }: CommandInput,
  source: AuditSource,
  limit: number,
): Promise<ExitCode> {
  const entries = await readNewestEntries(source, limit);
  if (isSet('json')) for (const entry of entries) terminal.print(toJsonLine(entry));
  else terminal.print(formatAudit(entries));
  return exitCodes.ok;
}

function readHead(input: CommandInput): string | null {
  const head = input.textOf('head');
  if (head === null || /^[0-9a-f]{64}$/.test(head)) return head;
  throw new CommandError('bad-head', '--head must be a hash printed by --verify.', exitCodes.usage);
}
