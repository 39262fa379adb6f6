import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { sessionOf } from '../admin/admin-request.js';
import { Settings } from '../config/settings.js';
import { LicenseQuery } from '../licensing/license-query.js';
import { Clock } from '../domain/ports/clock.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { collectWarnings } from './collect-warnings.js';
import { type AuthorizationView, isAcquiring, type LicensePage, type Notice } from './license-page.js';
import { nameVersion } from './name-version.js';
import { UserPortal } from './user-portal.js';
import { readLook } from './look.js';
import { createReader, localPath, type RenderContext } from './render-context.js';

/** Collects what the Manage License page shows. */
@Injectable()
export class PageComposer {
  private named = { shown: '', version: '' };

  constructor(
    private readonly context: LicenseQuery,
    private readonly store: LicenseStore,
    private readonly clock: Clock,
    private readonly userPortal: UserPortal,
    private readonly settings: Settings,
  ) {}

  async compose(request: FastifyRequest, notice: Notice | null): Promise<LicensePage> {
    const page = this.read(request, notice, null);
    if (page.authorizationServerUrl !== null || !isForServer(page)) return page;
    // Read again after the wait, so that the page shows a single moment.
    return this.read(request, notice, await this.userPortal.find());
  }

  /** One literal: V8 copies the members of another object several times slower. */
  private read(request: FastifyRequest, notice: Notice | null, userPortal: string | null): LicensePage {
    const license = this.context.view();
    const authorization = this.authorization();
    const previousServer = license.reason === 'server-changed' ? this.store.state.previousServer : null;
    const clocks = license.clockSuspect
      ? { machineAt: this.clock.machineNow(), trustedAt: this.clock.trustedNow() }
      : null;
    const context = this.contextFor(request);
    return {
      license,
      authorization,
      notice,
      warnings: collectWarnings({ license, previousServer, clocks, context }),
      previousServer,
      clocks,
      authorizationServerUrl: this.store.pending?.verificationUri ?? userPortal,
      visitor: sessionOf(request),
      context,
      version: this.version(authorization),
    };
  }

  contextFor(request: FastifyRequest): RenderContext {
    const { identity } = this.store.state;
    const place = identity && { server: identity.serverName, organization: identity.organization.name };
    const { theme, language } = readLook(request);
    const fixed = this.settings.pageLanguage;
    const { headers, method, url } = request;
    return createReader(headers['accept-language'], this.clock.now(), fixed ?? language, place, {
      theme,
      hasLanguages: fixed === null,
      returnTo: method === 'GET' && localPath.test(url) ? url : '/',
    });
  }

  /** Returns a name for what the page shows now. It changes with everything on the page except the passing of time. */
  version(authorization = this.authorization()): string {
    const shown = this.context.text() + JSON.stringify(authorization);
    // Comparing takes a tenth of the time of naming.
    if (shown !== this.named.shown) this.named = { shown, version: nameVersion(shown) };
    return this.named.version;
  }

  authorization(): AuthorizationView | null {
    const { pending } = this.store;
    if (pending === null) return null;
    const { state, refusal, userCode, verificationUriComplete: linkWithCode, expiresAt } = pending;
    const isOver = state === 'pending' && expiresAt <= this.clock.now();
    return { state: isOver ? 'expired' : state, refusal, userCode, linkWithCode, expiresAt };
  }
}

/** Returns whether a person does something about this license on the Authorization server. */
function isForServer({ license, warnings }: Pick<LicensePage, 'license' | 'warnings'>): boolean {
  return isAcquiring(license) || warnings.some((warning) => warning.isForServer);
}
