import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { licenseStatuses } from '../domain/license-status.js';
import { licenseReasons } from '../domain/transitions.js';
import { auditActions } from '../domain/ports/license-store.js';

const instant = { type: String, format: 'date-time' } as const;
const optionalInstant = { ...instant, nullable: true } as const;
const optionalText = { type: String, nullable: true } as const;

class OrganizationDto {
  @ApiProperty({ example: 'fc-demo' })
  id!: string;

  @ApiProperty({ example: 'Demo' })
  name!: string;
}

class HubDto {
  @ApiProperty({ example: 'srv-hub' })
  id!: string;

  @ApiProperty({ example: 'Head office' })
  name!: string;

  @ApiProperty({ ...optionalText, example: 'https://hub.example' })
  url!: string | null;
}

class TokenDto {
  @ApiProperty({ enum: ['none', 'valid', 'expiring', 'expired'] })
  status!: string;

  @ApiProperty({ ...optionalInstant, description: 'The date by which a new license token must be obtained.' })
  expiresAt!: Date | null;

  @ApiProperty(optionalInstant)
  issuedAt!: Date | null;

  @ApiProperty(optionalInstant)
  nextRefreshAt!: Date | null;
}

class ConnectionErrorDto {
  @ApiProperty({ example: 'authorization-server-unreachable' })
  code!: string;

  @ApiProperty()
  message!: string;

  @ApiProperty(instant)
  at!: Date;
}

class ConnectionDto {
  @ApiProperty({ description: 'Whether the Authorization server answered the last request.' })
  online!: boolean;

  @ApiProperty(optionalInstant)
  offlineSince!: Date | null;

  @ApiProperty(optionalInstant)
  lastContactAt!: Date | null;

  @ApiProperty({ type: ConnectionErrorDto, nullable: true })
  lastError!: ConnectionErrorDto | null;
}

export class LicenseDto {
  @ApiProperty({ enum: licenseStatuses })
  status!: string;

  @ApiProperty({ example: 'Licensed' })
  statusText!: string;

  @ApiProperty({ enum: licenseReasons, nullable: true })
  reason!: string | null;

  @ApiProperty({ ...optionalText, example: 'srv-store-1' })
  serverId!: string | null;

  @ApiProperty({ ...optionalText, example: 'Store 1' })
  serverName!: string | null;

  @ApiProperty({ type: OrganizationDto, nullable: true })
  organization!: OrganizationDto | null;

  @ApiProperty({
    ...optionalInstant,
    description: 'The date by which the license must be renewed; `null` if never.',
  })
  renewalDate!: Date | null;

  @ApiProperty({ type: [String], example: ['xms'] })
  features!: string[];

  @ApiProperty({ type: HubDto, nullable: true })
  hub!: HubDto | null;

  @ApiProperty({ type: TokenDto })
  token!: TokenDto;

  @ApiProperty({ type: ConnectionDto })
  connection!: ConnectionDto;

  @ApiProperty()
  clockSuspect!: boolean;

  @ApiProperty({ description: 'Whether somebody must authorize this server again before its token expires.' })
  reauthorizationRequired!: boolean;

  @ApiProperty({ ...optionalText, pattern: '^[0-9]{16}$', description: 'The number of the last event.' })
  sequence!: string | null;
}

export class UserCodeDto {
  @ApiProperty({ example: 'WDJB-MJHT' })
  userCode!: string;

  @ApiProperty({ format: 'uri' })
  verificationUri!: string;

  @ApiProperty(instant)
  expiresAt!: Date;

  @ApiProperty({ example: 5, description: 'The polling interval in seconds.' })
  intervalSeconds!: number;
}

export class AuthorizationDto extends UserCodeDto {
  @ApiProperty({ enum: ['pending', 'denied', 'expired', 'refused'] })
  state!: string;

  @ApiProperty({ ...optionalText, description: 'Why the Authorization server refused the authorization.' })
  reason!: string | null;
}

export class AuditEntryDto {
  @ApiProperty()
  id!: number;

  @ApiProperty(instant)
  at!: Date;

  @ApiProperty({ example: 'admin' })
  actor!: string;

  @ApiProperty({ ...optionalText, example: '192.0.2.7', description: 'The address of the client.' })
  address!: string | null;

  @ApiProperty({ enum: auditActions })
  action!: string;

  @ApiProperty(optionalText)
  reason!: string | null;

  @ApiProperty({ type: Object, nullable: true })
  before!: object | null;

  @ApiProperty({ type: Object, nullable: true })
  after!: object | null;

  @ApiProperty({ description: 'SHA-256 of this entry and the previous hash.' })
  hash!: string;
}

export class AuditPageDto {
  @ApiProperty({ type: [AuditEntryDto] })
  entries!: AuditEntryDto[];

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Pass as `before` to get the next page; `null` on the last page.',
  })
  nextBefore!: number | null;
}

class AuditFaultDto {
  @ApiProperty({ type: Number, nullable: true, description: '`null` for a fault of the whole trail.' })
  entryId!: number | null;

  @ApiProperty()
  message!: string;
}

export class AuditVerificationDto {
  @ApiProperty()
  isIntact!: boolean;

  @ApiProperty()
  entryCount!: number;

  @ApiProperty({
    description: 'The hash of the last entry. Store it in another place and pass it as `head` later.',
  })
  head!: string;

  @ApiProperty({ type: [AuditFaultDto] })
  faults!: readonly AuditFaultDto[];
}

export class AuditVerificationQueryDto {
  @IsOptional()
  @Matches(/^[0-9a-f]{64}$/, { message: 'head must be the hash of an entry' })
  @ApiProperty({
    required: false,
    type: String,
    description: 'An earlier head, which must still be in the trail.',
  })
  head?: string;
}

export class AuditQueryDto {
  @IsOptional()
  @Type(() => Number)
  @IsInt({ message: 'limit must be a whole number from 1 to 200' })
  @Min(1, { message: 'limit must be a whole number from 1 to 200' })
  @Max(200, { message: 'limit must be a whole number from 1 to 200' })
  @ApiProperty({ required: false, type: Number, minimum: 1, maximum: 200, default: 50 })
  limit = 50;

  @IsOptional()
  @Type(() => Number)
  @IsInt({ message: 'before must be the id of an entry' })
  @Min(1, { message: 'before must be the id of an entry' })
  @Max(Number.MAX_SAFE_INTEGER, { message: 'before must be the id of an entry' })
  @ApiProperty({ required: false, type: Number, minimum: 1, description: 'Read entries older than this id.' })
  before?: number;
}
