// class-transformer reads the types of members through it, and does not load it itself.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsNotEmpty,
  IsObject,
  IsString,
  IsTimeZone,
  MaxLength,
  Validate,
  ValidateIf,
  ValidateNested,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { profileClaims, signatureAlgorithms } from '../domain/profile.js';

const demands = ['required', 'preferred', 'off'];
const text = 'must be a text that is not empty';
const maxCharacters = 1024;

/** Checks the path of a claim: a dotted text or a list of names. */
@ValidatorConstraint()
class IsClaimPath implements ValidatorConstraintInterface {
  validate(path: unknown): boolean {
    const names: unknown[] = typeof path === 'string' ? path.split('.') : Array.isArray(path) ? path : [];
    return names.length > 0 && names.every((name) => typeof name === 'string' && name !== '');
  }
}

class ClientIds {
  @IsNotEmpty({ message: text })
  @IsString({ message: text })
  server!: string;

  @IsNotEmpty({ message: text })
  @IsString({ message: text })
  register!: string;
}

// The loop below adds its checks.
// oxlint-disable-next-line typescript/no-extraneous-class
class ClaimPaths {}

for (const name of profileClaims) {
  Validate(IsClaimPath, {
    message: 'must be a dotted path such as license.features, or a list of names',
  })(ClaimPaths.prototype, name);
}

/** The members of a profile file, complete with the defaults. The messages follow the name of the member. */
export class ProfileFile {
  @IsObject({ message: 'must be an object with server and register' })
  @ValidateNested({ message: 'must be an object with server and register' })
  @Type(() => ClientIds)
  clientIds!: ClientIds;

  @ValidateIf((_, scope) => scope !== null)
  @MaxLength(maxCharacters, { message: `must be null or a text of at most ${maxCharacters} characters` })
  scope!: string | null;

  @ValidateIf((_, resource) => resource !== null)
  @MaxLength(maxCharacters, { message: `must be null or a text of at most ${maxCharacters} characters` })
  resource!: string | null;

  @IsNotEmpty({ message: text })
  @IsString({ message: text })
  audience!: string;

  @ArrayNotEmpty({ message: 'must be a list of texts' })
  @IsArray({ message: 'must be a list of texts' })
  @IsString({ each: true, message: 'must be a list of texts' })
  tokenTypes!: string[];

  @ArrayNotEmpty({ message: `must be a list of ${signatureAlgorithms.join(', ')}` })
  @IsArray({ message: `must be a list of ${signatureAlgorithms.join(', ')}` })
  @IsIn(signatureAlgorithms, { each: true, message: `must be a list of ${signatureAlgorithms.join(', ')}` })
  algorithms!: string[];

  @IsObject({ message: 'must be an object with the path of each claim' })
  @ValidateNested({ message: 'must be an object with the path of each claim' })
  @Type(() => ClaimPaths)
  claims!: Record<string, string | string[]>;

  @ValidateIf((_, separator) => separator !== null)
  @IsNotEmpty({ message: 'must be null or a text that is not empty' })
  @IsString({ message: 'must be null or a text that is not empty' })
  featureSeparator!: string | null;

  @IsTimeZone({ message: 'must be an IANA time zone such as America/New_York' })
  dateZone!: string;

  @IsIn(demands, { message: `must be ${demands.join(', ')}` })
  dpop!: string;

  @IsIn(demands, { message: `must be ${demands.join(', ')}` })
  statusList!: string;

  @IsIn(['trusted', 'off'], { message: 'must be trusted or off' })
  introspection!: string;
}
