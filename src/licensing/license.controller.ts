import { Controller, Delete, Get, HttpCode, HttpStatus, Post, Query, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AdminGuard } from '../admin/admin-guard.js';
import { Actor } from '../admin/admin-request.js';
import { Problem, ProblemException } from '../http/problem.js';
import { CancelAuthorization } from './cancel-authorization.js';
import type { AuditActor } from '../domain/audit-actor.js';
import type { LicenseView } from '../domain/license-view.js';
import { LicenseQuery } from './license-query.js';
import {
  AuditPageDto,
  AuditQueryDto,
  AuditVerificationDto,
  AuditVerificationQueryDto,
  AuthorizationDto,
  licenseViewReference,
  UserCodeDto,
} from './license.dto.js';
import { PollAuthorization } from './poll-authorization.js';
import type { Unreachable } from '../domain/ports/authorization-server.js';
import {
  type AuditVerification,
  LicenseStore,
  type PendingAuthorization,
} from '../domain/ports/license-store.js';
import { RefreshLicense } from './refresh-license.js';
import { RemoveLicense } from './remove-license.js';
import { RequestUserCode } from './request-user-code.js';

const problems = (status: number, description: string) => ApiResponse({ status, description, type: Problem });

@ApiTags('license')
@ApiBearerAuth()
@UseGuards(AdminGuard)
@problems(401, 'unauthorized')
@Controller('api/license')
export class LicenseController {
  constructor(
    private readonly query: LicenseQuery,
    private readonly store: LicenseStore,
    private readonly requestUserCode: RequestUserCode,
    private readonly pollAuthorization: PollAuthorization,
    private readonly cancelAuthorization: CancelAuthorization,
    private readonly refreshLicense: RefreshLicense,
    private readonly removeLicense: RemoveLicense,
  ) {}

  @Post('authorization')
  @ApiOperation({ summary: 'Next: get a user code' })
  @ApiResponse({ status: 201, type: UserCodeDto })
  @ApiResponse({ status: 200, type: UserCodeDto, description: 'A user code is already pending.' })
  @problems(409, 'license-present')
  @problems(502, 'authorization-server-unsuitable, authorization-server-unreachable')
  @problems(503, 'authorization-server-unreachable')
  async next(
    @Actor() actor: AuditActor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserCodeDto> {
    const outcome = await this.requestUserCode.execute(actor);
    switch (outcome.kind) {
      case 'issued':
      case 'already-pending':
        reply.status(outcome.kind === 'issued' ? HttpStatus.CREATED : HttpStatus.OK);
        return toUserCode(outcome.pending);
      case 'license-present':
        throw new ProblemException(
          409,
          'license-present',
          'This server is already licensed: remove the license first, or refresh it.',
        );
      case 'unreachable':
        throw unreachable(outcome);
    }
  }

  @Get('authorization')
  @ApiOperation({ summary: 'Get the state of the pending authorization' })
  @ApiResponse({ status: 200, type: AuthorizationDto })
  @problems(404, 'no-authorization-pending')
  async authorization(): Promise<AuthorizationDto> {
    await this.store.sync();
    const { pending } = this.store;
    if (pending === null) throw noAuthorizationPending();
    return Object.assign(toUserCode(pending), { state: pending.state, reason: pending.refusal });
  }

  @Delete('authorization')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ summary: 'Cancel the pending authorization' })
  @ApiResponse({ status: 204 })
  async cancel(@Actor() actor: AuditActor): Promise<void> {
    await this.cancelAuthorization.execute(actor);
  }

  @Post('authorization/complete')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ summary: 'Complete Authorization: wait for the next poll that the interval permits' })
  @ApiResponse({ status: 200, schema: licenseViewReference })
  @problems(403, 'authorization-denied, license-refused')
  @problems(404, 'no-authorization-pending')
  @problems(409, 'authorization-pending')
  @problems(410, 'user-code-expired')
  @problems(502, 'authorization-server-unsuitable, authorization-server-unreachable')
  @problems(503, 'authorization-server-unreachable')
  async complete(): Promise<LicenseView> {
    const outcome = await this.pollAuthorization.executeAtNextChance();
    switch (outcome.kind) {
      case 'licensed':
        return this.query.view();
      case 'pending':
        throw new ProblemException(
          409,
          'authorization-pending',
          'The user code is not authorized yet: enter it at the Authorization server, then complete again.',
        );
      case 'denied':
        throw new ProblemException(
          403,
          'authorization-denied',
          'The authorization was denied at the Authorization server: choose Next to get a new user code.',
        );
      case 'refused':
        throw new ProblemException(403, 'license-refused', outcome.refusal);
      case 'expired':
        throw new ProblemException(
          410,
          'user-code-expired',
          'The user code has expired: choose Next to get a new one.',
        );
      case 'none':
        throw noAuthorizationPending();
      case 'unreachable':
        throw unreachable(outcome);
    }
  }

  @Post('refresh')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ summary: 'Get a new license token now' })
  @ApiResponse({
    status: 200,
    schema: licenseViewReference,
    description:
      'The Authorization server granted a token, refused the grant, or revoked the license: see `status` and `reauthorizationRequired`.',
  })
  @problems(403, 'license-refused')
  @problems(404, 'unlicensed')
  @problems(502, 'authorization-server-unsuitable, authorization-server-unreachable')
  @problems(503, 'authorization-server-unreachable')
  async refresh(@Actor() actor: AuditActor): Promise<LicenseView> {
    const outcome = await this.refreshLicense.execute(actor);
    switch (outcome.kind) {
      case 'refreshed':
      case 'reauthorization-required':
      case 'revoked':
      case 'superseded':
        return this.query.view();
      case 'refused':
        throw new ProblemException(403, 'license-refused', outcome.message);
      case 'unlicensed':
        throw new ProblemException(
          404,
          'unlicensed',
          'This server has no license to refresh: choose Next to acquire one.',
        );
      case 'unreachable':
        throw unreachable(outcome);
    }
  }

  @Delete()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ summary: 'Remove the license from this server' })
  @ApiResponse({
    status: 204,
    description: 'The license is also revoked at the Authorization server, as soon as that is reachable.',
  })
  async remove(@Actor() actor: AuditActor): Promise<void> {
    await this.removeLicense.execute(actor);
  }

  @Get('audit')
  @ApiOperation({ summary: 'Read the audit trail, newest first' })
  @ApiResponse({ status: 200, type: AuditPageDto })
  @problems(400, 'bad-request')
  async audit(@Query() { limit, before }: AuditQueryDto): Promise<AuditPageDto> {
    const entries = await this.store.readAudit(limit, before ?? null);
    const last = entries.at(-1);
    return {
      entries: entries.map((entry) => ({ ...entry })),
      nextBefore: entries.length === limit && last ? last.id : null,
    };
  }

  @Get('audit/verification')
  @ApiOperation({ summary: 'Verify the hash chain of the audit trail' })
  @ApiResponse({ status: 200, type: AuditVerificationDto })
  @problems(400, 'bad-request')
  verifyAudit(@Query() { head }: AuditVerificationQueryDto): Promise<AuditVerification> {
    return this.store.verifyAudit(head ?? null);
  }
}

function toUserCode({
  userCode,
  verificationUri,
  expiresAt,
  intervalSeconds,
}: PendingAuthorization): UserCodeDto {
  return { userCode, verificationUri, expiresAt, intervalSeconds };
}

function noAuthorizationPending(): ProblemException {
  return new ProblemException(
    404,
    'no-authorization-pending',
    'No authorization is pending: choose Next to get a user code.',
  );
}

function unreachable({ status, code, message }: Unreachable): ProblemException {
  const isUnsuitable = code === 'authorization-server-unsuitable';
  return new ProblemException(status, isUnsuitable ? code : 'authorization-server-unreachable', message);
}
