import type { Database } from 'better-sqlite3';
import { parseExpiresOn } from '../domain/instant.js';
import { CustomerStore } from './customer-store.js';

/** Fills an empty database with demo data that has fixed ids. */
export function seedDemoData(database: Database, now: Date): void {
  const customers = new CustomerStore(database);
  if (customers.listOrganizations().length > 0) return;
  database.transaction(() => {
    seedDemo(customers, now);
    seedCornerShop(customers, now);
  })();
}

function seedDemo(customers: CustomerStore, now: Date): void {
  const organizationId = 'fc-demo';
  customers.addOrganization({ id: organizationId, name: 'Demo' });
  const servers = { organizationId, kind: 'server', licenseId: 'lic-demo-servers' } as const;
  const registers = { organizationId, kind: 'register', licenseId: 'lic-demo-registers', url: null } as const;
  addLicenses(customers, organizationId, 'lic-demo', { serverCount: 5, registerCount: 10 }, now);
  customers.saveDevice({
    ...servers,
    id: 'srv-hub',
    name: 'Head office',
    hubId: null,
    url: 'https://hub.example',
  });
  for (const store of [1, 2]) {
    const storeId = `srv-store-${store}`;
    const url = `https://store-${store}.example`;
    customers.saveDevice({ ...servers, id: storeId, name: `Store ${store}`, hubId: 'srv-hub', url });
    for (const register of [1, 2]) {
      const name = `Store ${store}, register ${register}`;
      customers.saveDevice({ ...registers, id: `reg-${store}-${register}`, name, hubId: storeId });
    }
  }
}

function seedCornerShop(customers: CustomerStore, now: Date): void {
  const organizationId = 'fc-corner';
  customers.addOrganization({ id: organizationId, name: 'Corner Shop' });
  addLicenses(customers, organizationId, 'lic-corner', { serverCount: 1, registerCount: 1 }, now);
  customers.saveDevice({
    id: 'srv-corner',
    organizationId,
    name: 'Corner Shop',
    kind: 'server',
    licenseId: 'lic-corner-servers',
    hubId: null,
    url: 'https://corner.example',
  });
  customers.saveDevice({
    id: 'reg-corner-1',
    organizationId,
    name: 'Corner Shop, register 1',
    kind: 'register',
    licenseId: 'lic-corner-registers',
    hubId: 'srv-corner',
    url: null,
  });
}

function addLicenses(
  customers: CustomerStore,
  organizationId: string,
  idPrefix: string,
  counts: { serverCount: number; registerCount: number },
  now: Date,
): void {
  const inAYear = new Date(now);
  inAYear.setUTCFullYear(inAYear.getUTCFullYear() + 1);
  customers.saveLicense({
    id: `${idPrefix}-servers`,
    organizationId,
    name: 'RMS Servers',
    count: counts.serverCount,
    expiresOn: parseExpiresOn(inAYear.toISOString().slice(0, 10)),
    features: ['xms'],
    isActive: true,
  });
  customers.saveLicense({
    id: `${idPrefix}-registers`,
    organizationId,
    name: 'Registers',
    count: counts.registerCount,
    expiresOn: null,
    features: ['register'],
    isActive: true,
  });
}
