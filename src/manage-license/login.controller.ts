import { Body, Controller, Get, Logger, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AdminToken } from '../admin/admin-token.js';
import { isSameOrigin } from '../admin/is-same-origin.js';
import { LoginThrottle } from '../admin/login-throttle.js';
import { clearSessionCookie, readSessionCookie, writeSessionCookie } from '../admin/session-cookie.js';
import { Sessions } from '../admin/sessions.js';
import { ProblemException } from '../http/problem.js';
import { ActionForm, LoginForm } from './forms.js';
import { isBackground } from './is-background.js';
import { PageGuard } from './page-guard.js';
import { goTo, sendPage } from './send-page.js';
import { type LoginFault, renderLogin } from './views/login-view.js';

const longestName = 64;
/** Letters, digits, signs and spaces: nothing that is invisible or turns the text around it. */
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u;

const faultStatuses: Record<LoginFault, number> = {
  wrong: 401,
  slowed: 429,
  refused: 429,
  badName: 400,
  takenName: 400,
  ended: 200,
};

/** Opens and ends sessions of the page. */
@ApiExcludeController()
@Controller()
export class LoginController {
  private readonly logger = new Logger('Login');

  constructor(
    private readonly adminToken: AdminToken,
    private readonly throttle: LoginThrottle,
    private readonly sessions: Sessions,
  ) {}

  @Get('login')
  show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const id = readSessionCookie(request);
    if (id !== null && this.sessions.find(id) !== null) return goTo(reply, '/');
    // A page that notices by itself that its session has ended leaves the cookie to the person who comes after it.
    if (id !== null && !isBackground(request)) clearSessionCookie(request, reply);
    this.send(reply, id === null ? null : 'ended');
  }

  @Post('login')
  async logIn(
    @Body() form: LoginForm,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!isSameOrigin(request)) {
      throw new ProblemException(403, 'cross-site-request', 'The form is not one of this service.');
    }
    const name = (form.name ?? '').trim();
    const nameFault = judgeName(name);
    if (nameFault !== null) return this.send(reply, nameFault, name);
    const outcome = await this.throttle.attempt(request.ip, form.token.trim());
    if (outcome.kind === 'refused') return this.send(reply, 'refused', name);
    if (outcome.kind === 'wrong') return this.send(reply, outcome.isSlowed ? 'slowed' : 'wrong', name);
    this.open(request, reply, name === '' ? null : name);
    goTo(reply, '/');
  }

  @Post('logout')
  @UseGuards(PageGuard)
  logOut(@Body() _form: ActionForm, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const id = readSessionCookie(request);
    if (id !== null) this.sessions.end(id);
    clearSessionCookie(request, reply);
    goTo(reply, '/login');
  }

  private open(request: FastifyRequest, reply: FastifyReply, name: string | null): void {
    // An id from before the login is worth nothing after it.
    const earlier = readSessionCookie(request);
    if (earlier !== null) this.sessions.end(earlier);
    writeSessionCookie(request, reply, this.sessions.start(name));
    this.logger.log(`Somebody logged in from ${request.ip}.`);
  }

  private send(reply: FastifyReply, fault: LoginFault | null, name = ''): void {
    const status = fault === null ? 200 : faultStatuses[fault];
    if (status === 429) void reply.header('retry-after', '2');
    sendPage(reply, renderLogin({ fault, name, tokenFilePath: this.adminToken.filePath }), status);
  }
}

function judgeName(name: string): LoginFault | null {
  if (name.length > longestName || !printable.test(name)) return 'badName';
  return name.toLowerCase() === 'system' ? 'takenName' : null;
}
