import { LicenseStore } from '../../src/domain/ports/license-store.js';
import { RevokeDroppedGrants } from '../../src/licensing/revoke-dropped-grants.js';
import { refreshPath, type TestStore } from './start-store.js';

export const authorizationPath = '/api/license/authorization';

/** Sends the requests of a person to a store server while a test makes some of them fail. */
export class LicenseRequests {
  /** The answers that are neither a success nor an expected refusal. */
  readonly wrongAnswers: string[] = [];

  /** @param refusals the expected refusals, each with status and code, as in "503 storage-unavailable" */
  constructor(
    private readonly store: TestStore,
    private readonly refusals: readonly string[],
  ) {}

  /** @throws if the request is refused */
  async ask(method: 'get' | 'post' | 'delete', path: string): Promise<void> {
    const { status, body } = await this.store.app.as(method, path);
    if (status < 300) return;
    const refusal = `${status} ${(body as { code?: string }).code}`;
    const answer = `${method} ${path}: ${refusal}`;
    if (!this.refusals.includes(refusal)) this.wrongAnswers.push(answer);
    throw new Error(answer);
  }

  next = () => this.ask('post', authorizationPath);
  cancel = () => this.ask('delete', authorizationPath);
  complete = () => this.ask('post', `${authorizationPath}/complete`);
  refresh = () => this.ask('post', refreshPath);
  remove = () => this.ask('delete', '/api/license');
  /** Does what the service does by itself after `remove`. */
  revokeDropped = () => this.store.app.app.get(RevokeDroppedGrants).executeWhenDue();

  async givenUnlicensed(): Promise<void> {
    await this.remove();
    await this.cancel();
    await this.revokeDropped();
  }

  /** Leaves the service with a user code that a person has approved and nobody has completed. */
  async givenAuthorized(): Promise<void> {
    await this.givenUnlicensed();
    await this.next();
    await this.store.mock.approve(this.store.app.app.get(LicenseStore).pending?.userCode ?? '');
  }
}
