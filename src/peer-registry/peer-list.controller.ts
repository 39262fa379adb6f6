import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { AdminGuard } from '../admin/admin-guard.js';
import { Problem } from '../http/problem.js';
import { ListPeers } from './list-peers.js';
import { PeerListDto, PeerQueryDto } from './peer-list.dto.js';
import { readPeerCursor } from './peer-page.js';

const problems = (status: number, description: string) => ApiResponse({ status, description, type: Problem });

@ApiTags('peers')
@ApiBearerAuth()
@UseGuards(AdminGuard)
@problems(401, 'unauthorized')
@Controller('api/peers')
export class PeerListController {
  constructor(private readonly listPeers: ListPeers) {}

  @Get()
  @ApiOperation({ summary: 'List the registers and store servers that this server knows' })
  @ApiResponse({ status: 200, type: PeerListDto })
  @problems(400, 'bad-request')
  list(@Query() { limit, after, kind, attention, search }: PeerQueryDto): Promise<PeerListDto> {
    return this.listPeers.execute({
      limit,
      after: after === undefined ? null : readPeerCursor(after),
      kind: kind ?? null,
      attention: attention === 'true',
      search: search?.trim() ?? '',
    });
  }
}
