import { hash as digest, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { Database } from '../persistence/database.js';
import { KeyValueRow } from '../persistence/entities/key-value.entity.js';
import { readOrCreatePrivateFile } from '../persistence/private-file.js';

export const adminTokenSetting = 'admin-token-sha256';

/** Where the admin token is: in ADMIN_TOKEN, in the file of the generated one, or only in the memory of a person. */
export type AdminTokenPlace =
  { readonly kind: 'setting' } | { readonly kind: 'file'; readonly path: string } | { readonly kind: 'lost' };

/** Returns the path of the file that contains the generated token. */
export function adminTokenPath(dataDir: string): string {
  return join(dataDir, 'initial-admin-token');
}

export function hashAdminToken(token: string): Buffer {
  // Node.js returns a digest several times faster as text than as a buffer.
  return Buffer.from(digest('sha256', token, 'binary'), 'latin1');
}

/**
 * The one secret of page and API. A generated token has 256 random bits, so its plain SHA-256 is safe to store. The token
 * is in a file of the data folder and never in a log.
 */
@Injectable()
export class AdminToken implements OnModuleInit {
  private readonly logger = new Logger('Admin');
  private hash: Buffer = randomBytes(32);

  constructor(
    private readonly settings: Settings,
    private readonly database: Database,
  ) {}

  async onModuleInit(): Promise<void> {
    this.hash =
      this.settings.adminToken === null
        ? await this.loadOrCreate()
        : hashAdminToken(this.settings.adminToken);
  }

  /** Where a person finds the token now. */
  get place(): AdminTokenPlace {
    if (this.settings.adminToken !== null) return { kind: 'setting' };
    const path = adminTokenPath(this.settings.dataDir);
    return existsSync(path) ? { kind: 'file', path } : { kind: 'lost' };
  }

  /** Compares a candidate with the admin token in constant time. */
  matches(candidate: string): boolean {
    return timingSafeEqual(hashAdminToken(candidate), this.hash);
  }

  private async loadOrCreate(): Promise<Buffer> {
    const stored = await this.database.read((manager) =>
      manager.findOneBy(KeyValueRow, { name: adminTokenSetting }),
    );
    if (stored !== null) return Buffer.from(stored.value, 'hex');
    const path = adminTokenPath(this.settings.dataDir);
    const token = readOrCreatePrivateFile(path, () => randomBytes(32).toString('base64url'));
    const hash = hashAdminToken(token);
    const kept = await this.database.transact(async (manager) => {
      const values = { name: adminTokenSetting, value: hash.toString('hex') };
      await manager.createQueryBuilder().insert().into(KeyValueRow).values(values).orIgnore().execute();
      return manager.findOneByOrFail(KeyValueRow, { name: adminTokenSetting });
    });
    if (kept.value !== hash.toString('hex')) {
      // Another process on the same database was first. Its token is the valid one.
      rmSync(path);
      return Buffer.from(kept.value, 'hex');
    }
    this.logger.log(`The admin token is in ${path}.`);
    return hash;
  }
}
