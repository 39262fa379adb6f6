import { Controller, Get, Req, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AdminGuard } from '../admin/admin-guard.js';
import { Problem, ProblemException } from '../http/problem.js';
import { LicenseFeed } from './license-feed.js';

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  // Makes proxies forward each event immediately.
  'x-accel-buffering': 'no',
  // A connection that stayed open after the stream would delay the shutdown of the service.
  connection: 'close',
};

/** Streams changes of the license to the page. */
@ApiTags('license')
@UseGuards(AdminGuard)
@Controller('api/license')
export class LicenseEventsController {
  constructor(private readonly feed: LicenseFeed) {}

  @Get('events')
  @ApiOperation({
    summary:
      'Follow the license with the session cookie of the page: an event "license" immediately and at each change, and a heartbeat every 10 s',
  })
  @ApiResponse({ status: 200, content: { 'text/event-stream': { schema: { type: 'string' } } } })
  @ApiResponse({ status: 401, description: 'unauthorized', type: Problem })
  @ApiResponse({ status: 403, description: 'session-required', type: Problem })
  @ApiResponse({ status: 429, description: 'too-many-streams', type: Problem })
  @ApiResponse({ status: 503, description: 'shutting-down', type: Problem })
  follow(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const session = request.admin?.session;
    if (!session) throw sessionRequired();
    // Fastify serves HEAD with this route, too, and never reads the stream: it would stay open until the session ends.
    if (request.method === 'HEAD') return void reply.headers(headers).send();
    const outcome = this.feed.open(session);
    switch (outcome.kind) {
      case 'opened':
        void reply.headers(headers).send(outcome.stream);
        return;
      case 'full':
        throw new ProblemException(
          429,
          'too-many-streams',
          'Too many pages follow the license. Close some of them.',
          {
            'retry-after': '10',
          },
        );
      case 'closing':
        throw new ProblemException(
          503,
          'shutting-down',
          'The service is stopping. Try again in a few seconds.',
          {
            'retry-after': '5',
          },
        );
    }
  }
}

/** Requires a session, because a stream without one would never end. */
function sessionRequired(): ProblemException {
  return new ProblemException(
    403,
    'session-required',
    'The events require the session cookie of the page: log in there. With the admin token, use GET /api/license.',
  );
}
