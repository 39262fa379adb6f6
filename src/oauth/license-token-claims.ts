import { Type } from 'class-transformer';
import {
  IsArray,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  MaxLength,
  ValidateNested,
} from 'class-validator';

const longestText = 256;

class OrganizationClaim {
  @IsString()
  @MaxLength(longestText)
  id!: string;

  @IsString()
  @MaxLength(longestText)
  name!: string;
}

class DeviceClaim {
  @IsString()
  @MaxLength(64)
  id!: string;

  @IsString()
  @MaxLength(longestText)
  name!: string;

  @IsIn(['server', 'register'])
  kind!: 'server' | 'register';
}

class HubClaim {
  @IsString()
  @MaxLength(64)
  id!: string;

  @IsString()
  @MaxLength(longestText)
  name!: string;

  @IsOptional()
  @IsString()
  @MaxLength(2048)
  url?: string | null;
}

class LicenseClaim {
  @IsArray()
  @IsString({ each: true })
  @MaxLength(64, { each: true })
  features!: string[];

  @IsOptional()
  @IsISO8601({ strict: true })
  renewal_date?: string | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => HubClaim)
  hub?: HubClaim | null;
}

class ConfirmationClaim {
  @IsOptional()
  @IsString()
  jkt?: string;
}

/** The claims of a license token that this service reads (RFC 9068 section 2.2 and the license's own). */
export class LicenseTokenClaims {
  @IsString()
  sub!: string;

  @IsString()
  client_id!: string;

  @IsInt()
  iat!: number;

  @IsInt()
  exp!: number;

  @IsOptional()
  @ValidateNested()
  @Type(() => ConfirmationClaim)
  cnf?: ConfirmationClaim;

  @IsObject()
  @ValidateNested()
  @Type(() => OrganizationClaim)
  organization!: OrganizationClaim;

  @IsObject()
  @ValidateNested()
  @Type(() => DeviceClaim)
  device!: DeviceClaim;

  @IsObject()
  @ValidateNested()
  @Type(() => LicenseClaim)
  license!: LicenseClaim;
}
