import { LicenseStore } from '../../src/domain/ports/license-store.js';
import { RevokeDroppedGrants } from '../../src/licensing/revoke-dropped-grants.js';
import { refreshPath, type TestStore } from './start-store.js';

export const authorizationPath = '/api/license/authorization';

/** What a person asks a store server for, where some requests are made to fail. */
export class LicenseRequests {
  /** What was answered that is neither a success nor one of the refusals. */
  readonly wrongAnswers: string[] = [];

  /** @param refusals how a request may fail: status and code, as in "503 storage-unavailable" */
  constructor(
    private readonly store: TestStore,
    private readonly refusals: readonly string[],
  ) {}

  /** @throws if it is refused */
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
  /** What the service does by itself after `remove`. */
  revokeDropped = () => this.store.app.app.get(RevokeDroppedGrants).executeWhenDue();

  async beUnlicensed(): Promise<void> {
    await this.remove();
    await this.cancel();
    await this.revokeDropped();
  }

  /** A person has approved the user code, and nobody has completed yet. */
  async beAuthorized(): Promise<void> {
    await this.beUnlicensed();
    await this.next();
    await this.store.mock.approve(this.store.app.app.get(LicenseStore).pending?.userCode ?? '');
  }
}
