import type { CommandOption } from './command.js';

/** The address of the running service and the admin token. */
export const serviceOptions = {
  url: {
    type: 'string',
    placeholder: '<url>',
    help: 'the address of the service; default: HOST and PORT',
  },
  'token-file': {
    type: 'string',
    placeholder: '<file>',
    help: 'a file with the admin token; default: ADMIN_TOKEN, or initial-admin-token in DATA_DIR',
  },
} as const satisfies Record<string, CommandOption>;

export const jsonOption = {
  json: { type: 'boolean', help: 'prints JSON' },
} as const satisfies Record<string, CommandOption>;
