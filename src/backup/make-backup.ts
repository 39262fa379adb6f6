import { randomUUID } from 'node:crypto';
import { createReadStream, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import type { AuditActor } from '../domain/audit-actor.js';
import { Clock } from '../domain/ports/clock.js';
import { appendBackupTag } from '../persistence/backup-tag.js';
import { Database } from '../persistence/database.js';
import { SecretBox } from '../persistence/secret-box.js';
import { writeBackup } from '../persistence/write-backup.js';

export type BackupOutcome =
  | { readonly kind: 'made'; readonly content: Readable }
  /** PostgreSQL has its own backup tools. */
  | { readonly kind: 'unsupported' };

/** Copies the database while the service runs. The secrets in the copy stay encrypted, and it does not contain the key. */
@Injectable()
export class MakeBackup implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** Removes the copies of a process that was killed while it sent them. */
  onModuleInit(): void {
    const prefix = this.draftPrefix();
    if (prefix === null) return;
    for (const name of readdirSync(dirname(prefix))) {
      if (name.startsWith(basename(prefix))) rmSync(join(dirname(prefix), name), { force: true });
    }
  }

  async execute(actor: AuditActor): Promise<BackupOutcome> {
    const prefix = this.draftPrefix();
    if (prefix === null) return { kind: 'unsupported' };
    const path = `${prefix}${randomUUID()}`;
    await writeBackup(this.database, path, { actor, at: this.clock.now() });
    await appendBackupTag(path, this.box);
    const content = createReadStream(path);
    content.once('close', () => rmSync(path, { force: true }));
    return { kind: 'made', content };
  }

  private draftPrefix(): string | null {
    const { database } = this.settings;
    return database.kind === 'sqlite' ? `${database.path}.draft-` : null;
  }
}
