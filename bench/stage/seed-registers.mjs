import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rootDir } from './root-dir.mjs';

/** @param {string} path in the mock's dist, without `.js` @returns {Promise<any>} */
const load = (path) => import(pathToFileURL(join(rootDir, 'mock-auth-server/dist', `${path}.js`)).href);
/** @type {typeof import('../../mock-auth-server/src/store/open-database.js')} */
const { openDatabase } = await load('store/open-database');
/** @type {typeof import('../../mock-auth-server/src/store/seed.js')} */
const { seedDemoData } = await load('store/seed');
/** @type {typeof import('../../mock-auth-server/src/store/customer-store.js')} */
const { CustomerStore } = await load('store/customer-store');
/** @type {typeof import('../../mock-auth-server/src/store/grant-store.js')} */
const { GrantStore } = await load('store/grant-store');

/**
 * Gives a mock that has not started yet the devices of large shops: registers `reg-bench-1` and on, of the store
 * `srv-store-1`, each with a grant.
 * @param {string} dataDir
 * @param {number} count
 */
export function seedRegisters(dataDir, count) {
  const database = openDatabase(dataDir);
  const now = new Date();
  seedDemoData(database, now);
  const customers = new CustomerStore(database);
  const grants = new GrantStore(database);
  const organizationId = 'fc-demo';
  for (const license of customers.listLicenses(organizationId)) {
    customers.saveLicense({ ...license, count: count + 100 });
  }
  database.transaction(() => {
    for (let number = 1; number <= count; number += 1) {
      const id = `reg-bench-${number}`;
      customers.saveDevice({
        id,
        organizationId,
        name: `Register ${number}`,
        kind: 'register',
        licenseId: 'lic-demo-registers',
        hubId: 'srv-store-1',
        url: null,
      });
      grants.authorize(id, 'pos-register', now);
    }
  })();
  database.close();
}
