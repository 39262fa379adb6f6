import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { auditActions } from '../domain/ports/license-store.js';

const instant = { type: String, format: 'date-time' } as const;
const optionalText = { type: String, nullable: true } as const;

/** Refers to the description of the license view in src/domain/license-view-schema.ts. */
export const licenseViewReference = { $ref: '#/components/schemas/LicenseView' };

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
