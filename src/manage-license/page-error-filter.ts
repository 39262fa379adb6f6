import { type ArgumentsHost, Catch } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Settings } from '../config/settings.js';
import { ProblemFilter } from '../http/problem-filter.js';
import { LoginRequiredException } from './page-guard.js';
import { createReader } from './render-context.js';
import { goTo, sendPage } from './send-page.js';
import { renderError } from './views/error-view.js';

/** Answers errors with a page if the client asks for HTML, otherwise with problem details. */
@Catch()
export class PageErrorFilter extends ProblemFilter {
  constructor(private readonly pageLanguage: Settings['pageLanguage']) {
    super();
  }

  override catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (error instanceof LoginRequiredException) return goTo(reply, '/login');
    if (!wantsPage(request)) return super.catch(error, host);
    const { status, headers } = this.explain(error);
    void reply.headers(headers);
    const context = createReader(request.headers['accept-language'], new Date(), this.pageLanguage);
    sendPage(reply, renderError(status, context), status);
  }
}

function wantsPage({ url, headers }: FastifyRequest): boolean {
  return !url.startsWith('/api/') && (headers.accept ?? '').includes('text/html');
}
