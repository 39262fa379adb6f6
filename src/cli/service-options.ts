import type { CommandOption } from './command.js';

/** How a command finds the running service and shows that it may. */
export const serviceOptions = {
  url: {
    type: 'string',
    placeholder: '<url>',
    help: 'where the service listens; else HOST and PORT say so',
  },
  'token-file': {
    type: 'string',
    placeholder: '<file>',
    help: 'a file with the admin token; else ADMIN_TOKEN, or initial-admin-token in DATA_DIR',
  },
} as const satisfies Record<string, CommandOption>;

export const jsonOption = {
  json: { type: 'boolean', help: 'prints JSON' },
} as const satisfies Record<string, CommandOption>;
