import { Controller, Get, Query, Req, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sessionOf } from '../admin/admin-request.js';
import { Settings } from '../config/settings.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { describeAuditEntry } from './describe-audit-entry.js';
import { HistoryQuery } from './forms.js';
import { buildTimelines, type Timeline } from './build-timelines.js';
import { PageComposer } from './page-composer.js';
import { PageGuard } from './page-guard.js';
import { sendPage } from './send-page.js';
import { renderHistory } from './views/history-view.js';

const linesPerPage = 25;

/** Serves the history page: who did what with the license, and what happens next. */
@ApiExcludeController()
@UseGuards(PageGuard)
@Controller('license/history')
export class HistoryController {
  constructor(
    private readonly store: LicenseStore,
    private readonly composer: PageComposer,
    private readonly settings: Settings,
  ) {}

  @Get()
  async show(
    @Query() { before }: HistoryQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const context = this.composer.contextFor(request);
    // One entry more than fits shows whether there is another page.
    const entries = await this.store.readAudit(linesPerPage + 1, before ?? null);
    const shown = entries.slice(0, linesPerPage);
    const page = renderHistory({
      timelines: before === undefined ? this.timelines(context.now) : [],
      lines: shown.map((entry) => describeAuditEntry(entry, context)),
      isOlder: before !== undefined,
      nextBefore: entries.length > linesPerPage ? (shown.at(-1)?.id ?? null) : null,
      visitor: sessionOf(request),
      context: context,
    });
    sendPage(reply, page);
  }

  private timelines(now: Date): Timeline[] {
    const { license, refresh } = this.store.state;
    return license === null ? [] : buildTimelines(license, refresh.nextAttemptAt, this.settings.policy, now);
  }
}
