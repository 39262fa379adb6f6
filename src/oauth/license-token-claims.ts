import { Type } from 'class-transformer';
import { IsArray, IsIn, IsObject, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';

const maxIdCharacters = 64;

class OrganizationClaim {
  @IsString()
  @MaxLength(256)
  id!: string;

  @IsOptional()
  @IsString()
  name?: string | null;
}

class DeviceClaim {
  @IsString()
  @MaxLength(maxIdCharacters)
  id!: string;

  @IsString()
  name!: string;

  @IsIn(['server', 'register'])
  kind!: 'server' | 'register';
}

class HubClaim {
  @IsString()
  @MaxLength(maxIdCharacters)
  id!: string;

  @IsOptional()
  @IsString()
  name?: string | null;

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

  renewal_date?: unknown;

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

/**
 * The license token claims that this service reads (RFC 9068 section 2.2 and the license's own). Instants are validated
 * when they are read, by the same rules as in peers' tokens.
 */
export class LicenseTokenClaims {
  @IsString()
  sub!: string;

  @IsString()
  client_id!: string;

  iat: unknown;

  exp: unknown;

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
