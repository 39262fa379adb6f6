import type { Database } from 'better-sqlite3';
import type { DeviceCode, DeviceCodeState } from '../domain/model.js';
import { hashSecret } from '../hash.js';

interface DeviceCodeRow {
  device_code_hash: Buffer;
  client_id: string;
  dpop_jkt: string | null;
  device_name: string | null;
  state: DeviceCodeState;
  grant_id: number | null;
  interval_seconds: number;
  last_polled_at: number | null;
  expires_at: number;
}

/** Expired codes are kept this long, so that a late client gets `expired_token` instead of `invalid_grant`. */
const keptAfterEndMs = 3_600_000;

/** Stores device codes and their user codes, both as hashes. */
export class DeviceCodeStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Adds a pending code. Returns `false` if its user code is taken. */
  add(code: {
    deviceCode: string;
    userCode: string;
    clientId: string;
    dpopJkt: string | null;
    deviceName: string | null;
    intervalSeconds: number;
    expiresAt: Date;
  }): boolean {
    return (
      this.#database
        .prepare(
          `INSERT INTO device_codes
             (device_code_hash, user_code_hash, client_id, dpop_jkt, device_name, state, interval_seconds, expires_at)
           VALUES (?, ?, ?, ?, ?, 'pending', ?, ?) ON CONFLICT (user_code_hash) DO NOTHING`,
        )
        .run(
          hashSecret(code.deviceCode),
          hashSecret(code.userCode),
          code.clientId,
          code.dpopJkt,
          code.deviceName,
          code.intervalSeconds,
          code.expiresAt.getTime(),
        ).changes === 1
    );
  }

  findByDeviceCode(deviceCode: string): DeviceCode | null {
    const select = this.#database.prepare<[Buffer], DeviceCodeRow>(
      'SELECT * FROM device_codes WHERE device_code_hash = ?',
    );
    const row = select.get(hashSecret(deviceCode));
    return row ? toDeviceCode(row) : null;
  }

  findByUserCode(normalizedUserCode: string): DeviceCode | null {
    const select = this.#database.prepare<[Buffer], DeviceCodeRow>(
      'SELECT * FROM device_codes WHERE user_code_hash = ?',
    );
    const row = select.get(hashSecret(normalizedUserCode));
    return row ? toDeviceCode(row) : null;
  }

  setState(code: DeviceCode, state: DeviceCodeState, grantId: number | null = code.grantId): void {
    this.#database
      .prepare('UPDATE device_codes SET state = ?, grant_id = ? WHERE device_code_hash = ?')
      .run(state, grantId, code.deviceCodeHash);
  }

  recordPoll(code: DeviceCode, polledAt: Date, intervalSeconds: number): void {
    this.#database
      .prepare('UPDATE device_codes SET last_polled_at = ?, interval_seconds = ? WHERE device_code_hash = ?')
      .run(polledAt.getTime(), intervalSeconds, code.deviceCodeHash);
  }

  forgetLongExpired(now: Date): void {
    this.#database
      .prepare('DELETE FROM device_codes WHERE expires_at < ?')
      .run(now.getTime() - keptAfterEndMs);
  }
}

function toDeviceCode(row: DeviceCodeRow): DeviceCode {
  return {
    deviceCodeHash: row.device_code_hash,
    clientId: row.client_id,
    dpopJkt: row.dpop_jkt,
    deviceName: row.device_name,
    state: row.state,
    grantId: row.grant_id,
    intervalSeconds: row.interval_seconds,
    lastPolledAt: row.last_polled_at === null ? null : new Date(row.last_polled_at),
    expiresAt: new Date(row.expires_at),
  };
}
