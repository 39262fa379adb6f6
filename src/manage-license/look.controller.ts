import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requireSameOrigin } from '../admin/is-same-origin.js';
import { LookForm } from './forms.js';
import { writeLook } from './look.js';
import { goTo } from './send-page.js';

/** Stores the theme and the language of the pages in the browser of a person, who may not have logged in yet. */
@ApiExcludeController()
@Controller('look')
export class LookController {
  @Post()
  choose(@Body() form: LookForm, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    requireSameOrigin(request);
    writeLook(request, reply, form);
    goTo(reply, form.returnTo);
  }
}
