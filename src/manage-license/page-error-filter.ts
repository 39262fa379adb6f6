import { type ArgumentsHost, Catch } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemFilter } from '../http/problem-filter.js';
import { LoginRequiredException } from './page-guard.js';
import { goTo, sendPage } from './send-page.js';
import { texts } from './texts.js';
import { renderError } from './views/error-view.js';

const { errors } = texts;

/** Writes errors as pages for who reads pages, and as problem details for everybody else. */
@Catch()
export class PageErrorFilter extends ProblemFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (error instanceof LoginRequiredException) return goTo(reply, '/login');
    if (!wantsPage(request)) return super.catch(error, host);
    const { status, headers } = this.explain(error);
    void reply.headers(headers);
    sendPage(reply, renderError(messageOf(status)), status);
  }
}

function wantsPage({ url, headers }: FastifyRequest): boolean {
  return !url.startsWith('/api/') && (headers.accept ?? '').includes('text/html');
}

function messageOf(status: number) {
  if (status === 403 || status === 404 || status === 429) return errors[status];
  return status < 500 ? errors[400] : errors[500];
}
