import { CommandError } from './command-error.js';
import { exitCodes } from './exit-code.js';
import { readAnswer, readText } from './read-answer.js';

/** Longer than the service waits for the Authorization server or for the next poll of a user code. */
const timeoutMs = 60_000;

/** A problem document of the service (RFC 9457), with its stable code. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

export type ServiceAnswer =
  { readonly kind: 'done'; readonly response: Response } | ({ readonly kind: 'refused' } & Refusal);

/** The service does not answer. A command may then use the database instead. */
export class ServiceAwayError extends CommandError {
  constructor(url: URL, cause: string) {
    super(
      'service-away',
      `The service does not answer at ${url.origin} (${cause}): start it, or set its address with --url, or HOST and PORT.`,
      exitCodes.service,
    );
    this.name = 'ServiceAwayError';
  }
}

/** Calls the HTTP API of the running service. */
export class ServiceClient {
  constructor(
    private readonly url: URL,
    private readonly findToken: () => string,
  ) {}

  /** Sends a request as the admin. @throws ServiceAwayError, CommandError if the token is incorrect */
  async send(method: 'GET' | 'POST' | 'DELETE', path: string): Promise<ServiceAnswer> {
    const response = await this.fetch(method, path, await this.findTokenOfRunning());
    if (response.ok) return { kind: 'done', response };
    const { code, detail } = (await readAnswer(response).catch(() => ({}))) as Partial<Refusal>;
    if (response.status === 401) {
      throw new CommandError(
        'unauthorized',
        'Incorrect admin token: name the correct one with --token-file or ADMIN_TOKEN. If it is lost, stop the service and ' +
          'run reset-admin-token.',
      );
    }
    if (code === undefined || detail === undefined) {
      throw this.otherProgram(response);
    }
    return { kind: 'refused', status: response.status, code, detail };
  }

  /** Returns the JSON of the response in printable texts. @throws CommandError if the service refuses the request */
  async read<T>(method: 'GET' | 'POST' | 'DELETE', path: string): Promise<T> {
    return (await readAnswer(await this.ask(method, path))) as T;
  }

  /** Returns the JSON of the response with its exact texts. @throws CommandError if the service refuses the request */
  async readExactly<T>(method: 'GET', path: string): Promise<T> {
    return JSON.parse(await readText(await this.ask(method, path))) as T;
  }

  private async ask(method: 'GET' | 'POST' | 'DELETE', path: string): Promise<Response> {
    const answer = await this.send(method, path);
    if (answer.kind === 'refused') throw new CommandError(answer.code, answer.detail);
    return answer.response;
  }

  /** Sends a GET request without a token. @throws ServiceAwayError */
  async reach(path: string): Promise<Response> {
    return this.fetch('GET', path, null);
  }

  /** Returns the error for an answer that this service does not give. */
  otherProgram({ status }: Response): CommandError {
    return new CommandError(
      'not-the-service',
      `Another program answers at ${this.url.origin} (HTTP ${status}): check --url, or HOST and PORT.`,
      exitCodes.service,
    );
  }

  /** Without a token, first reports a service that is away: its start creates the token. */
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
