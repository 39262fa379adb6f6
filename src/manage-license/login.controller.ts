import { Body, Controller, Get, Logger, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AdminToken } from '../admin/admin-token.js';
import { requireSameOrigin } from '../admin/is-same-origin.js';
import { LoginThrottle } from '../admin/login-throttle.js';
import { clearSessionCookie, readSessionCookie, writeSessionCookie } from '../admin/session-cookie.js';
import { Sessions } from '../admin/sessions.js';
import { ActionForm, LoginForm } from './forms.js';
import { isBackground } from './is-background.js';
import { PageComposer } from './page-composer.js';
import { PageGuard } from './page-guard.js';
import { goTo, sendPage } from './send-page.js';
import { type LoginFault, renderLogin } from './views/login-view.js';

const maxName = 64;
/** Excludes invisible characters and those that change the direction of the text around them. */
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u;

const faultStatuses: Record<LoginFault, number> = {
  wrong: 401,
  slowed: 429,
  refused: 429,
  badName: 400,
  takenName: 400,
  ended: 200,
};

/** Starts and ends sessions of the page. */
@ApiExcludeController()
@Controller()
export class LoginController {
  private readonly logger = new Logger('Login');

  constructor(
    private readonly adminToken: AdminToken,
    private readonly throttle: LoginThrottle,
    private readonly sessions: Sessions,
    private readonly composer: PageComposer,
  ) {}

  @Get('login')
  show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const id = readSessionCookie(request);
    if (id !== null && this.sessions.find(id) !== null) return goTo(reply, '/');
    // A page that only detects the end of its session keeps the cookie: the login page needs it to explain why it appears.
    if (id !== null && !isBackground(request)) clearSessionCookie(request, reply);
    this.send(request, reply, id === null ? null : 'ended');
  }

  @Post('login')
  async logIn(
    @Body() form: LoginForm,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    requireSameOrigin(request);
    const name = (form.name ?? '').trim();
    const nameFault = validateName(name);
    if (nameFault !== null) return this.send(request, reply, nameFault, name);
    const outcome = await this.throttle.attempt(request.ip, form.token.trim());
    if (outcome.kind === 'refused') return this.send(request, reply, 'refused', name);
    if (outcome.kind === 'wrong') {
      return this.send(request, reply, outcome.isSlowed ? 'slowed' : 'wrong', name);
    }
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
    // The id of an earlier session must not stay valid after this login.
    const earlier = readSessionCookie(request);
    if (earlier !== null) this.sessions.end(earlier);
    writeSessionCookie(request, reply, this.sessions.start(name));
    this.logger.log(`Login to the page from ${request.ip}.`);
  }

  private send(request: FastifyRequest, reply: FastifyReply, fault: LoginFault | null, name = ''): void {
    const status = fault === null ? 200 : faultStatuses[fault];
    if (status === 429) void reply.header('retry-after', '2');
    const context = this.composer.contextFor(request);
    sendPage(reply, renderLogin({ fault, name, tokenPlace: this.adminToken.place, context }), status);
  }
}

function validateName(name: string): LoginFault | null {
  if (name.length > maxName || !printable.test(name)) return 'badName';
  return name.toLowerCase() === 'system' ? 'takenName' : null;
}
