import type { DeviceKind } from '../domain/model.js';
import type { OAuthOutcome } from './oauth-refusal.js';
import { refuse } from './oauth-refusal.js';

export interface Client {
  clientId: string;
  /** The one kind of device that this client may be used for. */
  kind: DeviceKind;
}

/** Both are public clients (RFC 6749 section 2.1): every server and register has the same id and no secret. */
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

/** Identifies the public client of a request by its `client_id`. */
export function identifyClient(parameters: ReadonlyMap<string, string>): OAuthOutcome<{ client: Client }> {
  const clientId = parameters.get('client_id');
  if (clientId === undefined) {
    return refuse('invalid_request', 'client_id is missing: send it as a form parameter');
  }
  const client = findClient(clientId);
  if (client) return { ok: true, client };
  return refuse(
    'invalid_client',
    'client_id is not known: use pos-server for servers, pos-register for registers',
  );
}
