import { Controller, HttpCode, HttpStatus, Post, StreamableFile, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { AdminGuard } from '../admin/admin-guard.js';
import { Actor } from '../admin/admin-request.js';
import { Problem, ProblemException } from '../http/problem.js';
import type { AuditActor } from '../domain/audit-actor.js';
import { MakeBackup } from './make-backup.js';

@ApiTags('backup')
@ApiBearerAuth()
@UseGuards(AdminGuard)
@Controller('api/backup')
export class BackupController {
  constructor(private readonly makeBackup: MakeBackup) {}

  @Post()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    summary: 'Make a copy of the database. It does not contain the encryption key of its secrets',
  })
  @ApiProduces('application/vnd.sqlite3')
  @ApiResponse({ status: 200, schema: { type: 'string', format: 'binary' } })
  @ApiResponse({ status: 401, description: 'unauthorized', type: Problem })
  @ApiResponse({ status: 409, description: 'backup-unsupported', type: Problem })
  async make(@Actor() actor: AuditActor): Promise<StreamableFile> {
    const outcome = await this.makeBackup.execute(actor);
    switch (outcome.kind) {
      case 'made':
        return new StreamableFile(outcome.content, { type: 'application/vnd.sqlite3' });
      case 'unsupported':
        throw new ProblemException(
          409,
          'backup-unsupported',
          'The database is PostgreSQL. Back it up with pg_dump, and keep a copy of ENCRYPTION_KEY.',
        );
    }
  }
}
