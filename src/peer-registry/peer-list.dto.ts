import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { licenseStatuses, tokenStatuses } from '../domain/license-status.js';
import type { DeviceKind } from '../domain/device-kind.js';
import { attentionReasons } from './attention.js';
import { peerCursorShape } from './peer-page.js';

const instant = { type: String, format: 'date-time' } as const;
const optionalInstant = { ...instant, nullable: true } as const;
const optionalText = { type: String, nullable: true } as const;
const kinds = ['server', 'register'] as const;
const limit = { message: 'limit must be a whole number from 1 to 200' };

export class PeerQueryDto {
  @IsOptional()
  @Type(() => Number)
  @IsInt(limit)
  @Min(1, limit)
  @Max(200, limit)
  @ApiProperty({ required: false, type: Number, minimum: 1, maximum: 200, default: 50 })
  limit = 50;

  @IsOptional()
  @IsString()
  @Matches(peerCursorShape, { message: 'after must be the nextAfter of an earlier page' })
  @ApiProperty({ required: false, type: String, description: '`nextAfter` of the previous page.' })
  after?: string;

  @IsOptional()
  @IsIn(kinds, { message: 'kind must be server or register' })
  @ApiProperty({ required: false, enum: kinds })
  kind?: DeviceKind;

  @IsOptional()
  @IsIn(['true', 'false'], { message: 'attention must be true or false' })
  @ApiProperty({
    required: false,
    enum: ['true', 'false'],
    description: '`true` lists only peers that need attention.',
  })
  attention?: 'true' | 'false';

  @IsOptional()
  @IsString()
  @MaxLength(64, { message: 'search must have at most 64 characters' })
  @Matches(/^\P{Cc}*$/u, { message: 'search must have no control characters' })
  @ApiProperty({
    required: false,
    type: String,
    maxLength: 64,
    description: 'Beginning of the id or the name.',
  })
  search?: string;
}

class PeerDto {
  @ApiProperty({ example: 'srv-store-1' })
  deviceId!: string;

  @ApiProperty({ example: 'Store 1' })
  name!: string;

  @ApiProperty({ enum: kinds })
  kind!: string;

  @ApiProperty({ type: [String], example: ['xms'] })
  features!: readonly string[];

  @ApiProperty({ type: Boolean, nullable: true, description: '`null` if the broker cannot be asked.' })
  connected!: boolean | null;

  @ApiProperty({ ...instant, description: 'The current time if the peer is connected.' })
  lastSeenAt!: Date;

  @ApiProperty({ enum: tokenStatuses })
  tokenStatus!: string;

  @ApiProperty({ ...optionalInstant, description: 'The end of the newest known license token.' })
  tokenExpiresAt!: Date | null;

  @ApiProperty({
    enum: licenseStatuses,
    nullable: true,
    description:
      'This and the next eight come from the last event of a store server; `null` if there is none.',
  })
  status!: string | null;

  @ApiProperty({ ...optionalText, example: 'Licensed' })
  statusText!: string | null;

  @ApiProperty({ ...optionalText, example: 'refreshed' })
  reason!: string | null;

  @ApiProperty(optionalInstant)
  renewalDate!: Date | null;

  @ApiProperty({ ...optionalText, pattern: '^[0-9]{16}$' })
  sequence!: string | null;

  @ApiProperty(optionalInstant)
  statusAt!: Date | null;

  @ApiProperty({ type: Number, nullable: true, description: 'Schema version of that event.' })
  eventVersion!: number | null;

  @ApiProperty({ ...optionalText, example: '0.2.0' })
  serviceVersion!: string | null;

  @ApiProperty({
    $ref: '#/components/schemas/LicenseView/properties/standing',
    nullable: true,
    description: 'Whether registers of the store can sell now, by the dates of that event.',
  } as never)
  standing!: object | null;

  @ApiProperty({ enum: attentionReasons, isArray: true, description: 'Why it needs attention.' })
  attention!: readonly string[];

  @ApiProperty({
    ...optionalText,
    example: 'wrong-hub',
    description: 'Why this server refused it at its last attempt; `null` if it was admitted.',
  })
  refusal!: string | null;

  @ApiProperty(optionalInstant)
  refusedAt!: Date | null;
}

class PeerCountsDto {
  @ApiProperty()
  total!: number;

  @ApiProperty({ type: Number, nullable: true, description: '`null` if the broker cannot be asked.' })
  connected!: number | null;

  @ApiProperty({ description: 'Number of peers that need attention.' })
  attention!: number;
}

export class PeerListDto {
  @ApiProperty({ type: [PeerDto], description: 'Peers that need attention first, then the others by id.' })
  peers!: readonly PeerDto[];

  @ApiProperty({
    ...optionalText,
    description: 'Pass as `after` to get the next page; `null` on the last page.',
  })
  nextAfter!: string | null;

  @ApiProperty({ type: PeerCountsDto, description: 'Count all peers, whatever the query.' })
  counts!: PeerCountsDto;
}
