import { remedyFor } from './check-authorization-server.js';
import { fail, type Finding, ok, warn } from './finding.js';

interface StreamLoss {
  readonly subject: string;
  readonly noticedAt: string;
}

/** The parts of `GET /health` that the doctor reads. */
export interface Health {
  readonly nats?: {
    readonly status: string;
    readonly message?: string;
    readonly connected?: boolean;
    readonly lastLoss?: StreamLoss | null;
    readonly hub?: { readonly lastLoss?: StreamLoss | null };
  };
  readonly clock?: { readonly status: string };
  readonly authorizationServer?: {
    readonly status: string;
    readonly lastError?: { readonly code: string; readonly message: string } | null;
  };
}

/**
 * Reports the broker as the running service sees it. This command has no login of its own for the broker: the service got its
 * login from the start script, from compose or from systemd.
 */
export function reportBroker({ nats }: Health): Finding[] {
  if (nats === undefined) return [];
  if (nats.status === 'up') return [ok('broker', 'The service is connected to its broker.')];
  const remedy =
    'See the log of the service, and BrokerAway and HubAway in docs/operations.md. Events stay queued until then.';
  const message = `The service reports for its broker: ${nats.message ?? nats.status}.`;
  return [nats.connected === false ? fail('broker', message, remedy) : warn('broker', message, remedy)];
}

/** Reports the last events that the streams lost. The service has published them again. */
export function reportLosses({ nats }: Health): Finding[] {
  const losses = [
    { where: 'the broker', loss: nats?.lastLoss ?? null },
    { where: 'the hub', loss: nats?.hub?.lastLoss ?? null },
  ];
  return losses.flatMap(({ where, loss }) =>
    loss === null
      ? []
      : [
          warn(
            'stream',
            `The stream of ${where} lost its last ${loss.subject} event, as noticed at ${loss.noticedAt}. It was published again.`,
            'Find out who purged or deleted the stream, or published to it.',
          ),
        ],
  );
}

/** Reports the last contact of the running service with its Authorization server, and its trust in the clock. */
export function reportAuthorizationServer({ authorizationServer, clock }: Health): Finding[] {
  if (authorizationServer === undefined) return [];
  const { status, lastError } = authorizationServer;
  return [
    status === 'up' || !lastError
      ? ok('authorization-server', 'The service reports no fault of its Authorization server.')
      : fail('authorization-server', lastError.message, remedyFor(lastError.code)),
    clock?.status === 'up'
      ? ok('clock', 'The service trusts the clock.')
      : warn('clock', 'The service does not trust the clock.', 'Correct the date and time of this machine.'),
  ];
}
