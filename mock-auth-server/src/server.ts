import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import fastify from 'fastify';
import { addControlRoutes } from './controls/control-routes.js';
import { Faults } from './controls/faults.js';
import { loginPasswordPath, readOrCreateLoginPassword } from './login-password.js';
import type { Log, MockContext } from './mock-context.js';
import { DpopNonces } from './oauth/dpop-nonces.js';
import { addOAuthRoutes } from './oauth/oauth-routes.js';
import { SigningKeys } from './oauth/signing-keys.js';
import { addAssetRoutes } from './pages/asset-routes.js';
import { LoginCheck } from './pages/login-check.js';
import { createPageContext } from './pages/page-context.js';
import { addPageRoutes } from './pages/page-routes.js';
import type { MockServerSettings } from './settings.js';
import { defaultSettings } from './settings.js';
import { CustomerStore } from './store/customer-store.js';
import { DeviceCodeStore } from './store/device-code-store.js';
import { DpopProofStore } from './store/dpop-proof-store.js';
import { GrantStore } from './store/grant-store.js';
import { openDatabase } from './store/open-database.js';
import { RefreshTokenStore } from './store/refresh-token-store.js';
import { readOrCreateSecret } from './store/secret-store.js';
import { SessionStore } from './store/session-store.js';
import { seedDemoData } from './store/seed.js';

export interface MockServerOptions extends Partial<MockServerSettings> {
  dataDir: string;
  /** The clock of everything except the `Date` header. Default: the clock of this machine. */
  now?: () => Date;
  /** Receives each log line. Default: none is written. */
  log?: Log;
}

export interface MockServer {
  /** The issuer. It is final after `listen` has resolved. */
  readonly url: string;
  readonly loginEmail: string;
  readonly loginPassword: string;
  /** The path of the generated password; `null` if the password is set by an option. */
  readonly loginPasswordPath: string | null;
  /** Starts to listen and resolves to the issuer. Port 0 selects a free port. */
  listen(): Promise<string>;
  /** Stops within two seconds, even with open connections. Every answered change is in the database. */
  close(): Promise<void>;
}

const bodyLimitBytes = 16_384;
const closeDeadlineMs = 1500;

/** Creates the mock Authorization server with its data folder. It serves no request before `listen`. */
export async function createMockServer(options: MockServerOptions): Promise<MockServer> {
  const settings = { ...defaultSettings, ...options };
  const context = createContext(
    settings,
    options.now ?? (() => new Date()),
    options.log ?? (() => undefined),
  );
  const loginPassword = settings.loginPassword ?? readOrCreateLoginPassword(settings.dataDir);
  const app = createApp();
  const faults = new Faults();
  await app.register(async (scope) => addOAuthRoutes(scope, context, faults));
  if (settings.hasMockControls) await app.register(async (scope) => addControlRoutes(scope, context, faults));
  const login = new LoginCheck(settings.loginEmail, loginPassword);
  const pages = createPageContext(context, new SessionStore(context.database), login);
  await app.register(async (scope) => addPageRoutes(scope, pages));
  addAssetRoutes(app);
  app.get('/health', async () => ({ status: 'ok' }));
  return {
    get url() {
      return context.urls.issuer;
    },
    loginEmail: settings.loginEmail,
    loginPassword,
    loginPasswordPath: settings.loginPassword === null ? loginPasswordPath(settings.dataDir) : null,
    listen: async () => listen(app, context),
    close: async () => close(app, context),
  };
}

function createContext(settings: MockServerSettings, now: () => Date, log: Log): MockContext {
  const database = openDatabase(settings.dataDir);
  seedDemoData(database, now());
  const issuer = settings.issuerUrl ?? `http://127.0.0.1:${settings.port}`;
  return {
    settings,
    urls: { issuer, publicUrl: settings.publicUrl ?? issuer },
    now,
    log,
    database,
    customers: new CustomerStore(database),
    grants: new GrantStore(database),
    deviceCodes: new DeviceCodeStore(database),
    refreshTokens: new RefreshTokenStore(database),
    dpopProofs: new DpopProofStore(database),
    dpopNonces: new DpopNonces(readOrCreateSecret(database, 'dpop-nonce')),
    keys: new SigningKeys(database, settings.tokenAlgorithm),
  };
}

/** Forbids scripts and frames, which the pages do not need. The style sheet contains pictures as data: URLs. */
const contentSecurityPolicy =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

function createApp(): FastifyInstance {
  const app = fastify({
    bodyLimit: bodyLimitBytes,
    // Bodies are validated as they were sent: no type is converted, and an unknown field is an error.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allowUnionTypes: true } },
  });
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
      // With no-referrer, browsers would send the Origin of a form as null.
      'referrer-policy': 'same-origin',
    });
  });
  return app;
}

async function listen(app: FastifyInstance, context: MockContext): Promise<string> {
  const { settings, urls } = context;
  await app.listen({ host: settings.host, port: settings.port });
  if (settings.port === 0 && settings.issuerUrl === null) {
    urls.issuer = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
    if (settings.publicUrl === null) urls.publicUrl = urls.issuer;
  }
  return urls.issuer;
}

async function close(app: FastifyInstance, context: MockContext): Promise<void> {
  const deadline = setTimeout(() => app.server.closeAllConnections(), closeDeadlineMs);
  await app.close();
  clearTimeout(deadline);
  context.database.close();
}
