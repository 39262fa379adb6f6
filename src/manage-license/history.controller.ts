import { Readable } from 'node:stream';
import { Controller, Get, Query, Req, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sessionOf } from '../admin/admin-request.js';
import { Settings } from '../config/settings.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { describeAuditEntry } from './describe-audit-entry.js';
import { HistoryFilterQuery, HistoryQuery } from './forms.js';
import { readHistoryFilter } from './history-filter.js';
import { buildTimelines, type Timeline } from './build-timelines.js';
import { PageComposer } from './page-composer.js';
import { PageGuard } from './page-guard.js';
import { sendPage } from './send-page.js';
import { writeAuditCsv } from './write-audit-csv.js';
import { renderHistory } from './views/history-view.js';

const linesPerPage = 25;
const entriesAtOnce = 200;
/** Bounds the list of people to choose from. */
const maxActors = 100;

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
    @Query() query: HistoryQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { before } = query;
    const filter = readHistoryFilter(query);
    const context = this.composer.contextFor(request);
    // One entry more than fits shows whether there is another page.
    const entries = await this.store.readAudit(linesPerPage + 1, before ?? null, filter);
    const isWhole = before === undefined && filter.action === null && filter.actor === null;
    const shown = entries.slice(0, linesPerPage);
    const page = renderHistory({
      timelines: isWhole ? this.timelines(context.now) : [],
      lines: shown.map((entry) => describeAuditEntry(entry, context)),
      filter,
      actors: await this.store.listActors(maxActors),
      isOlder: before !== undefined,
      nextBefore: entries.length > linesPerPage ? (shown.at(-1)?.id ?? null) : null,
      visitor: sessionOf(request),
      context: context,
    });
    sendPage(reply, page);
  }

  @Get('export.csv')
  export(@Query() query: HistoryFilterQuery, @Res() reply: FastifyReply): void {
    const filter = readHistoryFilter(query);
    const rows = writeAuditCsv((beforeId) => this.store.readAudit(entriesAtOnce, beforeId, filter));
    void reply
      .headers({
        'content-disposition': 'attachment; filename="license-history.csv"',
        'cache-control': 'no-store',
      })
      .type('text/csv; charset=utf-8')
      .send(Readable.from(rows));
  }

  private timelines(now: Date): Timeline[] {
    const { license, refresh } = this.store.state;
    return license === null ? [] : buildTimelines(license, refresh.nextAttemptAt, this.settings.policy, now);
  }
}
