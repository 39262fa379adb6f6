import type { AuthorizationServer } from '../../src/domain/ports/authorization-server.js';
import type { TypeormLicenseStore } from '../../src/persistence/typeorm-license-store.js';
import type { Register } from './register.js';
import type { ServiceProcess } from './service-process.js';
import type { StoreServer } from './store-server.js';

/** The places at which a planted bug changes the code of a run. */
export interface Hooks {
  wrapStore(store: TypeormLicenseStore, server: StoreServer): TypeormLicenseStore;
  wrapAuthority(authority: AuthorizationServer): AuthorizationServer;
  onProcess(process: ServiceProcess): void;
  onRegister(register: Register): void;
}

export const noHooks: Hooks = {
  wrapStore: (store) => store,
  wrapAuthority: (authority) => authority,
  onProcess: () => undefined,
  onRegister: () => undefined,
};
