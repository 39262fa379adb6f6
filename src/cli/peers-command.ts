import { loadSettings } from '../config/load-settings.js';
import type { Command } from './command.js';
import { CommandError } from './command-error.js';
import { connectService } from './connect-service.js';
import { exitCodes } from './exit-code.js';
import { formatPeers } from './format-peers.js';
import { type PeerReport, readAllPeers } from './read-all-peers.js';
import { jsonOption, serviceOptions } from './service-options.js';

export const peersCommand: Command = {
  summary: 'lists the registers and store servers, and why one is refused',
  details:
    'Lists the registers and store servers that this server knows, those that need attention first. For a store server it shows\n' +
    'the license status and the version of its last event. For a refused device it shows the reason and the remedy.\n' +
    '<search> is the beginning of an id or a name. Exits with 4 if a listed device is refused.',
  operands: ['[<search>]'],
  options: {
    refused: { type: 'boolean', help: 'lists only refused devices' },
    attention: { type: 'boolean', help: 'lists only devices that need attention' },
    kind: { type: 'string', placeholder: '<kind>', help: 'lists only this kind: server or register' },
    ...jsonOption,
    ...serviceOptions,
  },
  async run(input) {
    const query = new URLSearchParams({ limit: '200' });
    const [search, kind] = [input.operands[0], input.textOf('kind')];
    if (search !== undefined) query.set('search', search);
    if (kind !== null) query.set('kind', checkKind(kind));
    if (input.isSet('attention') || input.isSet('refused')) query.set('attention', 'true');
    const all = await readAllPeers(connectService(input, loadSettings(input.variables)), query);
    const peers = input.isSet('refused') ? all.peers.filter(isRefused) : all.peers;
    const report = { ...all, peers };
    input.terminal.print(input.isSet('json') ? JSON.stringify(report) : formatPeers(report));
    return peers.some(isRefused) ? exitCodes.no : exitCodes.ok;
  },
};

function isRefused({ refusal }: PeerReport): boolean {
  return refusal !== null;
}

function checkKind(kind: string): string {
  if (kind === 'server' || kind === 'register') return kind;
  throw new CommandError('bad-kind', '--kind must be server or register.', exitCodes.usage);
}
