import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { explainStorageFault } from '../persistence/storage-fault.js';
import { ProblemException, problemContentType, toProblem } from './problem.js';

/** Bounds the input of the caller that a message of a framework may repeat. */
const maxDetail = 500;

/** Answers every error with RFC 9457 problem details, without internals. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('HTTP');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** Answers a request that failed, in a controller or without one. */
  answer(error: unknown, _request: FastifyRequest, reply: FastifyReply): void {
    const { status, code, detail, headers } = this.explain(error);
    void reply
      .status(status)
      .headers(headers)
      .type(problemContentType)
      .send(toProblem(status, code, detail));
  }

  protected explain(
    error: unknown,
  ): Pick<ProblemException, 'code' | 'detail' | 'headers'> & { status: number } {
    if (error instanceof ProblemException) {
      return { status: error.getStatus(), code: error.code, detail: error.detail, headers: error.headers };
    }
    const status = statusOf(error);
    if (status >= 500) {
      this.logger.error('A request failed.', error instanceof Error ? error.stack : error);
      const fault = explainStorageFault(error);
      if (fault !== null) {
        const detail = `${fault}. Nothing was changed. Try again after that.`;
        return { status: 503, code: 'storage-unavailable', detail, headers: {} };
      }
      return {
        status,
        code: 'internal-error',
        detail: 'The request failed. See the log of the service for the reason.',
        headers: {},
      };
    }
    return { status, code: codeOf(status), detail: detailOf(error), headers: {} };
  }
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  // Errors of Fastify, such as the one for a body that is too large.
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}

function codeOf(status: number): string {
  return (STATUS_CODES[status] ?? 'error').toLowerCase().replaceAll(/[^a-z]+/g, '-');
}

function detailOf(error: unknown): string {
  if (error instanceof HttpException) {
    const response = error.getResponse();
    if (typeof response === 'object' && 'message' in response) {
      return [response.message].flat().join('; ').slice(0, maxDetail);
    }
  }
  return (error instanceof Error ? error.message : 'The request cannot be answered.').slice(0, maxDetail);
}
