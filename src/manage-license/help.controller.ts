import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { authenticateSession } from '../admin/authenticate-session.js';
import { Sessions } from '../admin/sessions.js';
import { isBackground } from './is-background.js';
import { PageComposer } from './page-composer.js';
import { sendPage } from './send-page.js';
import { renderHelp } from './views/help-view.js';

/** Serves the help page, which also helps a person who cannot log in, and works without internet. */
@ApiExcludeController()
@Controller('help')
export class HelpController {
  constructor(
    private readonly composer: PageComposer,
    private readonly sessions: Sessions,
  ) {}

  @Get()
  show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const visitor = authenticateSession(request, this.sessions, {
      csrfToken: null,
      isActivity: !isBackground(request),
    });
    sendPage(reply, renderHelp(visitor, this.composer.contextFor(request)));
  }
}
