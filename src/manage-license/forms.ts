import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { type AuditAction, auditActions } from '../domain/ports/license-store.js';
import { type PageLanguage, pageLanguages } from '../config/page-language.js';
import { type Theme, themes } from './look.js';
import { localPath } from './render-context.js';
import { peerCursorShape } from '../peer-registry/peer-page.js';

/** A form that consists of one button. */
export class ActionForm {
  @IsString()
  @MaxLength(64)
  csrfToken!: string;
}

export class LookForm {
  @IsOptional()
  @IsIn(themes)
  theme?: Theme;

  @IsOptional()
  @IsIn(pageLanguages)
  language?: PageLanguage;

  @Matches(localPath)
  returnTo!: string;
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

/** An empty choice means all. */
export class HistoryFilterQuery {
  @IsOptional()
  @IsIn(['', ...auditActions])
  kind: AuditAction | '' = '';

  @IsOptional()
  @IsString()
  @MaxLength(300)
  person = '';
}

export class HistoryQuery extends HistoryFilterQuery {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  before?: number;
}

export const peerFilters = ['all', 'attention', 'servers', 'registers'] as const;
export type PeerFilter = (typeof peerFilters)[number];

export class PeersQuery {
  @IsOptional()
  @IsIn(peerFilters)
  show: PeerFilter = 'all';

  @IsOptional()
  @IsString()
  @MaxLength(64)
  @Matches(/^\P{Cc}*$/u)
  search = '';

  @IsOptional()
  @IsString()
  @Matches(peerCursorShape)
  after?: string;
}
