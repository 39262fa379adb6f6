import { Controller, Get, HttpCode, Req, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Settings } from '../config/settings.js';
import { Problem, ProblemException } from '../http/problem.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { brokerUrlFor } from './broker-url.js';
import { encodeFeatures } from './encode-features.js';
import { PeerGuard } from './peer-guard.js';
import { OwnPeerDto } from './peers.dto.js';

const problems = (status: number, description: string) => ApiResponse({ status, description, type: Problem });

@ApiTags('peers')
@ApiBearerAuth()
@problems(401, 'unauthorized')
@problems(
  403,
  'server-unlicensed, foreign-organization, wrong-device-kind, wrong-hub, license-expired, device-revoked',
)
@Controller()
export class PeersController {
  constructor(
    private readonly guard: PeerGuard,
    private readonly store: LicenseStore,
    private readonly settings: Settings,
  ) {}

  @Get('api/peers/me')
  @UseGuards(PeerGuard)
  @ApiOperation({ summary: 'Returns the identity of the caller and the address of the events' })
  @ApiResponse({ status: 200, type: OwnPeerDto })
  me(@Req() request: FastifyRequest): OwnPeerDto {
    if (request.peer === null) throw new Error('This route needs PeerGuard.');
    const { deviceId, name, kind, features, tokenExpiresAt } = request.peer;
    const natsUrl = brokerUrlFor(this.settings.nats.url, request.hostname);
    const serverId = this.store.state.identity?.serverId ?? '';
    return { deviceId, name, kind, features, tokenExpiresAt, serverId, natsUrl };
  }

  @Get('auth/verify')
  @HttpCode(204)
  @ApiOperation({ summary: 'Authorizes a request for a local reverse proxy' })
  @ApiResponse({
    status: 204,
    description:
      'With X-Device-Id, X-Device-Kind and X-Features: the features, separated by commas. In a feature, each byte of UTF-8 other than A-Z, a-z, 0-9, ".", "_", ":" and "-" is percent-encoded.',
  })
  async verify(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const method = request.headers['x-original-method'];
    const url = request.headers['x-original-url'];
    const hasProof = request.headers['dpop'] !== undefined;
    if (hasProof && (typeof method !== 'string' || typeof url !== 'string')) {
      throw new ProblemException(
        401,
        'proof-invalid',
        'The proxy must send X-Original-Method and X-Original-URL (the full URL) of the request to authorize.',
      );
    }
    const peer = await this.guard.admit(request, reply, { method: String(method), urls: [String(url)] });
    reply.header('x-device-id', peer.deviceId);
    reply.header('x-device-kind', peer.kind);
    reply.header('x-features', encodeFeatures(peer.features));
  }
}
