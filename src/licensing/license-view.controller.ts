import { Controller, Get, Header, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Problem } from '../http/problem.js';
import { AdminOrPeerGuard } from './admin-or-peer-guard.js';
import { LicenseQuery } from './license-query.js';
import { licenseViewReference } from './license.dto.js';

const problems = (status: number, description: string) => ApiResponse({ status, description, type: Problem });

/** The license, readable by the admin and by registers. */
@ApiTags('license')
@ApiBearerAuth()
@UseGuards(AdminOrPeerGuard)
@Controller('api/license')
export class LicenseViewController {
  constructor(private readonly query: LicenseQuery) {}

  @Get()
  @Header('content-type', 'application/json; charset=utf-8')
  @ApiOperation({ summary: 'Get the license' })
  @ApiResponse({ status: 200, schema: licenseViewReference })
  @problems(401, 'unauthorized')
  @problems(
    403,
    'server-unlicensed, foreign-organization, wrong-device-kind, wrong-hub, license-expired, device-revoked',
  )
  read(): Promise<string> {
    return this.query.freshText();
  }
}
