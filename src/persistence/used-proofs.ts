import { hash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { type EntityManager, LessThan } from 'typeorm';
import { Database } from './database.js';
import { UsedProofRow } from './entities/used-proof.entity.js';

interface Claim {
  readonly id: string;
  readonly expiresAt: Date;
  readonly resolve: (isNew: boolean) => void;
  readonly fail: (error: unknown) => void;
}

const maxAtOnce = 200;
/** With so many in one commit, waiting for more gains nothing. */
const enoughAtOnce = 64;

/**
 * Stores used proofs for all processes of a database. Concurrent claims share one commit: in the morning, all registers
 * of a shop connect together.
 */
@Injectable()
export class UsedProofs {
  private waiting: Claim[] = [];
  private isWriting = false;

  constructor(private readonly database: Database) {}

  /** Claims a proof until it expires. Resolves to false if it was claimed before. */
  claim(keyThumbprint: string, jti: string, now: Date, expiresAt: Date): Promise<boolean> {
    const id = hash('sha256', `${keyThumbprint} ${jti}`, 'base64url');
    return new Promise((resolve, fail) => {
      this.waiting.push({ id, expiresAt, resolve: resolve, fail });
      if (!this.isWriting) void this.writeWaiting(now);
    });
  }

  /** Lets all waiting requests of the broker join the next commit. */
  private async gather(): Promise<void> {
    for (let before = 0; this.waiting.length > before && this.waiting.length < enoughAtOnce;) {
      before = this.waiting.length;
      await nextTurn();
    }
  }

  private async writeWaiting(now: Date): Promise<void> {
    this.isWriting = true;
    while (this.waiting.length > 0) {
      await this.gather();
      const claims = this.waiting.splice(0, maxAtOnce);
      try {
        const fresh = await this.database.transact((manager) => insert(manager, claims, now));
        for (const claim of claims) claim.resolve(fresh.delete(claim.id));
      } catch (error) {
        for (const claim of claims) claim.fail(error);
      }
    }
    this.isWriting = false;
  }
}

/** Inserts new ids. Resolves to the inserted ones. */
async function insert(manager: EntityManager, claims: readonly Claim[], now: Date): Promise<Set<string>> {
  await manager.delete(UsedProofRow, { expiresAt: LessThan(now) });
  const { driver } = manager.dataSource;
  const slot = (index: number) => driver.createParameter('', index);
  const slots = claims.map((_, index) => `(${slot(2 * index)}, ${slot(2 * index + 1)})`);
  const rows = await manager.query<{ id: string }[]>(
    `INSERT INTO used_proof (id, expires_at) VALUES ${slots.join(', ')} ON CONFLICT (id) DO NOTHING RETURNING id`,
    claims.flatMap(({ id, expiresAt }) => [id, expiresAt.getTime()]),
  );
  return new Set(rows.map(({ id }) => id));
}
