import type { Database } from 'better-sqlite3';
import type { Device, Grant } from '../domain/model.js';

/** Why an authorization was removed: by a person, or by the device itself. */
export type RevocationReason = 'revoked' | 'removed-by-device';

/**
 * Why an authorization ended. `unclaimed`: it was approved, but its device never requested the tokens. Every reason
 * except `replaced` revokes the license tokens.
 */
type GrantEndReason = RevocationReason | 'replaced' | 'unclaimed';

interface GrantRow {
  id: number;
  device_id: string;
  client_id: string;
  dpop_jkt: string | null;
  seat_since: number;
  authorized_at: number;
  family_killed_at: number | null;
  ended_at: number | null;
  end_reason: GrantEndReason | null;
}

/** Stores the authorizations of devices. A device has at most one live authorization. */
export class GrantStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  find(id: number): Grant | null {
    const row = this.#database.prepare<[number], GrantRow>('SELECT * FROM grants WHERE id = ?').get(id);
    return row ? toGrant(row) : null;
  }

  findLive(deviceId: string): Grant | null {
    const select = this.#database.prepare<[string], GrantRow>(
      'SELECT * FROM grants WHERE device_id = ? AND ended_at IS NULL',
    );
    const row = select.get(deviceId);
    return row ? toGrant(row) : null;
  }

  /** Authorizes a device: ends its old grant, whose license tokens stay valid, and keeps its seat. */
  authorize(deviceId: string, clientId: string, now: Date): Grant {
    const seatSince = this.findLive(deviceId)?.seatSince ?? now;
    this.#database
      .prepare(
        "UPDATE grants SET ended_at = ?, end_reason = 'replaced' WHERE device_id = ? AND ended_at IS NULL",
      )
      .run(now.getTime(), deviceId);
    const insert = this.#database.prepare<[string, string, number, number], GrantRow>(
      'INSERT INTO grants (device_id, client_id, seat_since, authorized_at) VALUES (?, ?, ?, ?) RETURNING *',
    );
    const row = insert.get(deviceId, clientId, seatSince.getTime(), now.getTime());
    if (!row) throw new Error(`the grant for ${deviceId} was not inserted`);
    return toGrant(row);
  }

  bind(id: number, dpopJkt: string | null): void {
    this.#database.prepare('UPDATE grants SET dpop_jkt = ? WHERE id = ?').run(dpopJkt, id);
  }

  /**
   * Ends the live authorization of a device and revokes its license tokens, including those of replaced grants.
   * Returns `false` if there was nothing to revoke.
   */
  revokeDevice(deviceId: string, reason: RevocationReason, now: Date): boolean {
    return (
      this.#database
        .prepare(
          `UPDATE grants SET ended_at = coalesce(ended_at, ?), end_reason = ?
           WHERE device_id = ? AND (ended_at IS NULL OR end_reason = 'replaced')`,
        )
        .run(now.getTime(), reason, deviceId).changes > 0
    );
  }

  /** Revokes the license tokens of one replaced grant. */
  revokeReplaced(id: number, reason: RevocationReason): void {
    this.#database
      .prepare("UPDATE grants SET end_reason = ? WHERE id = ? AND end_reason = 'replaced'")
      .run(reason, id);
  }

  /** Frees the seats of approvals whose device did not request its tokens before the code expired. */
  endUnclaimed(now: Date): void {
    this.#database
      .prepare(
        `UPDATE grants SET ended_at = @now, end_reason = 'unclaimed' WHERE ended_at IS NULL AND id IN
           (SELECT grant_id FROM device_codes WHERE state = 'approved' AND expires_at <= @now)`,
      )
      .run({ now: now.getTime() });
  }

  /** Returns the highest id, which determines the size of the status list. */
  highestId(): number {
    return (
      this.#database.prepare<[], { id: number | null }>('SELECT max(id) AS id FROM grants').get()?.id ?? 0
    );
  }

  killFamily(id: number, now: Date): void {
    this.#database.prepare('UPDATE grants SET family_killed_at = ? WHERE id = ?').run(now.getTime(), id);
  }

  countSeats(licenseId: string): number {
    const select = this.#database.prepare<[string], { seats: number }>(
      `SELECT count(*) AS seats FROM grants JOIN devices ON devices.id = grants.device_id
       WHERE grants.ended_at IS NULL AND devices.license_id = ?`,
    );
    return select.get(licenseId)?.seats ?? 0;
  }

  /** Counts the other devices whose seat of the same license is older than the device's own, or all if it has none. */
  countSeatsBefore(device: Device): number {
    const own = this.findLive(device.id);
    const select = this.#database.prepare<[string, string, number, string], { seats: number }>(
      `SELECT count(*) AS seats FROM grants JOIN devices ON devices.id = grants.device_id
       WHERE grants.ended_at IS NULL AND devices.license_id = ? AND devices.id <> ?
         AND (grants.seat_since, devices.id) < (?, ?)`,
    );
    const seatSince = own?.seatSince.getTime() ?? Number.MAX_SAFE_INTEGER;
    return select.get(device.licenseId, device.id, seatSince, device.id)?.seats ?? 0;
  }

  /** Returns the ids of all grants whose tokens are revoked in the Token Status List. */
  listRevoked(): number[] {
    return this.#database
      .prepare<[], { id: number }>(
        "SELECT id FROM grants WHERE ended_at IS NOT NULL AND end_reason <> 'replaced'",
      )
      .all()
      .map(({ id }) => id);
  }
}

function toGrant(row: GrantRow): Grant {
  return {
    id: row.id,
    deviceId: row.device_id,
    clientId: row.client_id,
    dpopJkt: row.dpop_jkt,
    seatSince: new Date(row.seat_since),
    authorizedAt: new Date(row.authorized_at),
    familyKilledAt: row.family_killed_at === null ? null : new Date(row.family_killed_at),
    endedAt: row.ended_at === null ? null : new Date(row.ended_at),
    areTokensRevoked: row.ended_at !== null && row.end_reason !== 'replaced',
  };
}
