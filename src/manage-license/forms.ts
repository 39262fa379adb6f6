import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

/** A form that is one button. */
export class ActionForm {
  @IsString()
  @MaxLength(64)
  csrfToken!: string;
}

export class LoginForm {
  @IsString()
  @MaxLength(512)
  token!: string;

  @IsOptional()
  @IsString()
  @MaxLength(512)
  name?: string;
}

export class HistoryQuery {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  before?: number;
}
