import type { Database } from 'better-sqlite3';
import type { Device, License, Organization } from '../domain/model.js';

interface LicenseRow {
  id: string;
  organization_id: string;
  name: string;
  count: number;
  expires_on: number | null;
  features: string;
  is_active: number;
}

interface DeviceRow {
  id: string;
  organization_id: string;
  name: string;
  kind: Device['kind'];
  license_id: string;
  hub_id: string | null;
  url: string | null;
}

/** Stores organizations with their licenses and devices. */
export class CustomerStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  listOrganizations(): Organization[] {
    return this.#database
      .prepare<[], Organization>('SELECT id, name FROM organizations ORDER BY rowid')
      .all();
  }

  findOrganization(id: string): Organization | null {
    const select = this.#database.prepare<[string], Organization>(
      'SELECT id, name FROM organizations WHERE id = ?',
    );
    return select.get(id) ?? null;
  }

  addOrganization(organization: Organization): void {
    this.#database.prepare('INSERT INTO organizations (id, name) VALUES (@id, @name)').run(organization);
  }

  listLicenses(organizationId: string): License[] {
    const select = this.#database.prepare<[string], LicenseRow>(
      'SELECT * FROM licenses WHERE organization_id = ? ORDER BY rowid',
    );
    return select.all(organizationId).map(toLicense);
  }

  findLicense(id: string): License | null {
    const row = this.#database.prepare<[string], LicenseRow>('SELECT * FROM licenses WHERE id = ?').get(id);
    return row ? toLicense(row) : null;
  }

  /** Inserts a license, or updates the one with the same id. */
  saveLicense(license: License): void {
    this.#database
      .prepare(
        `INSERT INTO licenses (id, organization_id, name, count, expires_on, features, is_active)
         VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, count = excluded.count,
           expires_on = excluded.expires_on, features = excluded.features, is_active = excluded.is_active`,
      )
      .run(
        license.id,
        license.organizationId,
        license.name,
        license.count,
        license.expiresOn?.getTime() ?? null,
        JSON.stringify(license.features),
        license.isActive ? 1 : 0,
      );
  }

  listDevices(organizationId: string): Device[] {
    const select = this.#database.prepare<[string], DeviceRow>(
      'SELECT * FROM devices WHERE organization_id = ? ORDER BY rowid',
    );
    return select.all(organizationId).map(toDevice);
  }

  findDevice(id: string): Device | null {
    const row = this.#database.prepare<[string], DeviceRow>('SELECT * FROM devices WHERE id = ?').get(id);
    return row ? toDevice(row) : null;
  }

  /** Inserts a device, or updates the one with the same id. The organization and the kind cannot change. */
  saveDevice(device: Device): void {
    this.#database
      .prepare(
        `INSERT INTO devices (id, organization_id, name, kind, license_id, hub_id, url)
         VALUES (@id, @organizationId, @name, @kind, @licenseId, @hubId, @url)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, license_id = excluded.license_id,
           hub_id = excluded.hub_id, url = excluded.url`,
      )
      .run(device);
  }
}

function toLicense(row: LicenseRow): License {
  return {
    id: row.id,
    organizationId: row.organization_id,
    name: row.name,
    count: row.count,
    expiresOn: row.expires_on === null ? null : new Date(row.expires_on),
    features: JSON.parse(row.features) as string[],
    isActive: row.is_active === 1,
  };
}

function toDevice(row: DeviceRow): Device {
  return {
    id: row.id,
    organizationId: row.organization_id,
    name: row.name,
    kind: row.kind,
    licenseId: row.license_id,
    hubId: row.hub_id,
    url: row.url,
  };
}
