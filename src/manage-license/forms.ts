import { IsOptional, IsString, MaxLength } from 'class-validator';

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
