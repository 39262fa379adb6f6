import { type ArgumentsHost, Catch, type ExceptionFilter, ServiceUnavailableException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { serviceVersion } from '../config/service-version.js';

/** Answers a failed check with the Terminus document, which names the failed parts, instead of problem details. */
@Catch(ServiceUnavailableException)
export class HealthFilter implements ExceptionFilter<ServiceUnavailableException> {
  catch(failed: ServiceUnavailableException, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    void reply.status(failed.getStatus()).send({ ...Object(failed.getResponse()), version: serviceVersion });
  }
}
