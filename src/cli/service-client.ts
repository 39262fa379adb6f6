import { CommandError } from './command-error.js';
import { exitCodes } from './exit-code.js';

/** Longer than the service waits for the Authorization server, and for the next poll of a user code. */
const timeoutMs = 60_000;

/** What the service refuses, by the stable code of its problem document (RFC 9457). */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

export type ServiceAnswer =
  { readonly kind: 'done'; readonly response: Response } | ({ readonly kind: 'refused' } & Refusal);

/** Nobody listens where the service should; there may still be something to do without it. */
export class ServiceAwayError extends CommandError {
  constructor(url: URL, cause: string) {
    super(
      'service-away',
      `No service answers at ${url.origin} (${cause}): start it, or name its address with --url, or HOST and PORT.`,
      exitCodes.service,
    );
    this.name = 'ServiceAwayError';
  }
}

/** Speaks with the running service over its HTTP API. */
export class ServiceClient {
  constructor(
    private readonly url: URL,
    private readonly findToken: () => string,
  ) {}

  /** Sends a request as the admin. @throws ServiceAwayError, CommandError for a token that is not the right one */
  async send(method: 'GET' | 'POST' | 'DELETE', path: string): Promise<ServiceAnswer> {
    const response = await this.fetch(method, path, await this.findTokenOfRunning());
    if (response.ok) return { kind: 'done', response };
    const { code, detail } = (await response.json().catch(() => ({}))) as Partial<Refusal>;
    if (response.status === 401) {
      throw new CommandError(
        'unauthorized',
        'The admin token is not that of the service: name the right one with --token-file, or ADMIN_TOKEN; if it is lost, ' +
          'stop the service and run reset-admin-token.',
      );
    }
    if (code === undefined || detail === undefined) {
      throw new CommandError(
        'not-the-service',
        `What answers at ${this.url.origin} is not this service (HTTP ${response.status}): check --url, or HOST and PORT.`,
        exitCodes.service,
      );
    }
    return { kind: 'refused', status: response.status, code, detail };
  }

  /** The JSON of an answer that is not to be expected to be a refusal. */
  async read<T>(method: 'GET' | 'POST' | 'DELETE', path: string): Promise<T> {
    const answer = await this.send(method, path);
    if (answer.kind === 'refused') throw new CommandError(answer.code, answer.detail);
    return (await answer.response.json()) as T;
  }

  /** Tells whether anything answers, without a token. @throws ServiceAwayError */
  async reach(path: string): Promise<Response> {
    return this.fetch('GET', path, null);
  }

  /** That nobody answers is told before that there is no token, which a service would have made. */
  private async findTokenOfRunning(): Promise<string> {
    try {
      return this.findToken();
    } catch (error) {
      await this.reach('/health/live');
      throw error;
    }
  }

  private async fetch(method: string, path: string, token: string | null): Promise<Response> {
    try {
      return await fetch(new URL(path, this.url), {
        method,
        ...(token !== null && { headers: { authorization: `Bearer ${token}` } }),
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      throw new ServiceAwayError(this.url, reasonOf(error));
    }
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return error.name === 'TimeoutError' ? `no answer within ${timeoutMs / 1000} s` : error.message;
}
