import { Controller, Get, Req, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Settings } from '../config/settings.js';
import { Problem } from '../http/problem.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { brokerUrlFor } from './broker-url.js';
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
}
