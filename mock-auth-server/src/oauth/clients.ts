import type { DeviceKind } from '../domain/model.js';
import type { OAuthOutcome } from './oauth-refusal.js';
import { refuse } from './oauth-refusal.js';

export interface Client {
  clientId: string;
  /** The only kind of device that may use this client. */
  kind: DeviceKind;
}

/** The public clients (RFC 6749 section 2.1): all servers share one id, all registers another, without a secret. */
const clients: readonly Client[] = [
  { clientId: 'pos-server', kind: 'server' },
  { clientId: 'pos-register', kind: 'register' },
];

export function findClientForKind(kind: DeviceKind): Client {
  const client = clients.find((candidate) => candidate.kind === kind);
  if (!client) throw new Error(`there is no client for devices of kind ${kind}`);
  return client;
}

function findClient(clientId: string): Client | null {
  return clients.find((candidate) => candidate.clientId === clientId) ?? null;
}

/** Returns the public client of a request by its `client_id`, or the refusal. */
export function identifyClient(parameters: ReadonlyMap<string, string>): OAuthOutcome<{ client: Client }> {
  const clientId = parameters.get('client_id');
  if (clientId === undefined) {
    return refuse('invalid_request', 'client_id is missing: send it as a form parameter');
  }
  const client = findClient(clientId);
  if (client) return { ok: true, client };
  return refuse(
    'invalid_client',
    'unknown client_id: use pos-server for servers, pos-register for registers',
  );
}
