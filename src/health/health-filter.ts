import { type ArgumentsHost, Catch, type ExceptionFilter, ServiceUnavailableException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { serviceVersion } from '../config/service-version.js';
import { Settings } from '../config/settings.js';
import { addRunbooks } from './add-runbooks.js';

/** Answers a failed check with the Terminus document, which names the failed parts, instead of problem details. */
@Catch(ServiceUnavailableException)
export class HealthFilter implements ExceptionFilter<ServiceUnavailableException> {
  constructor(private readonly settings: Settings) {}

  catch(failed: ServiceUnavailableException, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const report = addRunbooks(Object(failed.getResponse()) as object, this.settings.runbookUrl);
    void reply.status(failed.getStatus()).send({ ...report, version: serviceVersion });
  }
}
