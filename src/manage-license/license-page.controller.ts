import { Body, Controller, Get, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { actorOf, sessionOf } from '../admin/admin-request.js';
import { CancelAuthorization } from '../licensing/cancel-authorization.js';
import { PollAuthorization, type PollOutcome } from '../licensing/poll-authorization.js';
import type { RefreshOutcome } from '../licensing/apply-refresh-answer.js';
import { RefreshLicense } from '../licensing/refresh-license.js';
import { RemoveLicense } from '../licensing/remove-license.js';
import { RequestUserCode, type RequestUserCodeOutcome } from '../licensing/request-user-code.js';
import { ActionForm } from './forms.js';
import { isBackground } from './is-background.js';
import type { Notice } from './license-page.js';
import { Notices } from './notices.js';
import { PageComposer } from './page-composer.js';
import { PageGuard } from './page-guard.js';
import { goTo, sendPage } from './send-page.js';
import { renderLicensePage } from './views/license-view.js';
import { renderRemoval } from './views/removal-view.js';

/** Serves the Manage License page. Each form does one thing and redirects to the page, which shows the outcome. */
@ApiExcludeController()
@UseGuards(PageGuard)
@Controller()
export class LicensePageController {
  constructor(
    private readonly composer: PageComposer,
    private readonly notices: Notices,
    private readonly requestUserCode: RequestUserCode,
    private readonly pollAuthorization: PollAuthorization,
    private readonly cancelAuthorization: CancelAuthorization,
    private readonly refreshLicense: RefreshLicense,
    private readonly removeLicense: RemoveLicense,
  ) {}

  @Get()
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const page = await this.composer.compose(request, null);
    const session = sessionOf(request);
    const notice = isBackground(request)
      ? this.notices.update(session, page)
      : this.notices.open(session, page);
    sendPage(reply, renderLicensePage({ ...page, notice }));
  }

  @Post('license/next')
  async next(@Body() _form: ActionForm, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const outcome = await this.requestUserCode.execute(actorOf(request));
    this.goBack(request, reply, noticeOfNext(outcome));
  }

  @Post('license/complete')
  async complete(@Body() _form: ActionForm, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const outcome = await this.pollAuthorization.executeAtNextChance();
    this.goBack(request, reply, noticeOfComplete(outcome));
  }

  @Post('license/cancel')
  async cancel(@Body() _form: ActionForm, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.cancelAuthorization.execute(actorOf(request));
    this.goBack(request, reply, { kind: 'cancelled', detail: null });
  }

  @Post('license/refresh')
  async refresh(@Body() _form: ActionForm, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const outcome = await this.refreshLicense.execute(actorOf(request));
    this.goBack(request, reply, noticeOfRefresh(outcome));
  }

  @Get('license/remove')
  async askBeforeRemoval(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const page = await this.composer.compose(request, null);
    if (page.license.status === 'unlicensed') return goTo(reply, '/');
    sendPage(reply, renderRemoval(page));
  }

  @Post('license/remove')
  async remove(@Body() _form: ActionForm, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.removeLicense.execute(actorOf(request));
    this.goBack(request, reply, null);
  }

  private goBack(request: FastifyRequest, reply: FastifyReply, notice: Notice | null): void {
    if (notice !== null) this.notices.leave(sessionOf(request), notice);
    goTo(reply, '/');
  }
}

/** Returns the notice of an outcome, or `null` if the page shows the outcome without one. */
function noticeOfNext(outcome: RequestUserCodeOutcome): Notice | null {
  switch (outcome.kind) {
    case 'issued':
    case 'already-pending':
      return null;
    case 'license-present':
      return { kind: 'license-present', detail: null };
    case 'unreachable':
      return { kind: 'next-unreachable', detail: outcome.message };
  }
}

function noticeOfComplete(outcome: PollOutcome): Notice | null {
  switch (outcome.kind) {
    case 'licensed':
      return { kind: 'acquired', detail: null };
    case 'pending':
      return { kind: 'pending', detail: null };
    case 'none':
      return { kind: 'no-authorization', detail: null };
    case 'unreachable':
      return { kind: 'complete-unreachable', detail: outcome.message };
    case 'denied':
    case 'expired':
    case 'refused':
      return null;
  }
}

function noticeOfRefresh(outcome: RefreshOutcome): Notice | null {
  switch (outcome.kind) {
    case 'refreshed':
      return { kind: 'refreshed', detail: null };
    case 'unlicensed':
      return { kind: 'no-license', detail: null };
    case 'unreachable':
      // The warning about the connection contains the reason.
      return { kind: 'refresh-unreachable', detail: null };
    case 'refused':
    case 'reauthorization-required':
    case 'revoked':
    case 'superseded':
      return null;
  }
}
