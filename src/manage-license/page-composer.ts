import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { sessionOf } from '../admin/admin-request.js';
import { Settings } from '../config/settings.js';
import type { LicenseView } from '../domain/license-view.js';
import { LicenseQuery } from '../licensing/license-query.js';
import { Clock } from '../domain/ports/clock.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { type AuthorizationView, isAcquiring, type LicensePage, type Notice } from './license-page.js';
import { UserPortal } from './user-portal.js';
import { createReader, type RenderContext } from './render-context.js';

/** Collects what the Manage License page shows. */
@Injectable()
export class PageComposer {
  constructor(
    private readonly context: LicenseQuery,
    private readonly store: LicenseStore,
    private readonly clock: Clock,
    private readonly userPortal: UserPortal,
    private readonly settings: Settings,
  ) {}

  async compose(request: FastifyRequest, notice: Notice | null): Promise<LicensePage> {
    // The only wait comes first, so that the page shows a single moment.
    const userPortal = isAcquiring(this.context.view()) ? await this.userPortal.find() : null;
    const license = this.context.view();
    const authorization = this.authorization();
    return {
      license,
      authorization,
      notice,
      previousServer: license.reason === 'server-changed' ? this.store.state.previousServer : null,
      clocks: license.clockSuspect
        ? { machineAt: this.clock.machineNow(), trustedAt: this.clock.trustedNow() }
        : null,
      authorizationServerUrl: this.store.pending?.verificationUri ?? userPortal,
      visitor: sessionOf(request),
      context: this.contextFor(request),
      version: nameVersion(license, authorization),
    };
  }

  contextFor({ headers }: FastifyRequest): RenderContext {
    return createReader(headers['accept-language'], this.clock.now(), this.settings.pageLanguage);
  }

  /** Returns a name for what the page shows now. It changes with everything on the page except the passing of time. */
  version(): string {
    return nameVersion(this.context.view(), this.authorization());
  }

  authorization(): AuthorizationView | null {
    const { pending } = this.store;
    if (pending === null) return null;
    const { state, refusal, userCode, expiresAt } = pending;
    const isOver = state === 'pending' && expiresAt <= this.clock.now();
    return { state: isOver ? 'expired' : state, refusal, userCode, expiresAt };
  }
}

function nameVersion(license: LicenseView, authorization: AuthorizationView | null): string {
  const shown = JSON.stringify([license, authorization]);
  return createHash('sha256').update(shown).digest('base64url').slice(0, 16);
}
