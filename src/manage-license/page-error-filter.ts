import { Catch } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemFilter } from '../http/problem-filter.js';
import type { PageComposer } from './page-composer.js';
import { LoginRequiredException } from './page-guard.js';
import { goTo, sendPage } from './send-page.js';
import { renderError } from './views/error-view.js';

/** Answers errors with a page if the client asks for HTML, otherwise with problem details. */
@Catch()
export class PageErrorFilter extends ProblemFilter {
  constructor(private readonly composer: PageComposer) {
    super();
  }

  override answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    if (error instanceof LoginRequiredException) return goTo(reply, '/login');
    if (!wantsPage(request)) return super.answer(error, request, reply);
    const { status, headers } = this.explain(error);
    void reply.headers(headers);
    sendPage(reply, renderError(status, this.composer.contextFor(request)), status);
  }
}

function wantsPage({ url, headers }: FastifyRequest): boolean {
  return !url.startsWith('/api/') && (headers.accept ?? '').includes('text/html');
}
