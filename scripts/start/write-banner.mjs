import { join } from 'node:path';

/**
 * Returns the text with the addresses of the stack. It names the files that contain secrets, never a secret.
 * @param {import('./read-settings.mjs').StackSettings} settings
 * @param {NodeJS.ProcessEnv} env
 * @param {{ hasRegister: boolean }} stack
 * @returns {string}
 */
export function writeBanner(settings, env, { hasRegister }) {
  const serviceUrl = `http://127.0.0.1:${settings.licensing.port}`;
  const token = locateSecret(env, 'ADMIN_TOKEN', join(settings.dataDir, 'licensing/initial-admin-token'));
  const password = locateSecret(env, 'LOGIN_PASSWORD', join(settings.dataDir, 'mock/login-password'));
  const mock = settings.mock && [
    `Authorization server (mock)  ${settings.authServerUrl}/login`,
    `                             log in as ${env['LOGIN_EMAIL'] || 'admin@example.test'}; the password is in ${password.place}`,
  ];
  const lines = [
    '',
    'Everything is up.',
    '',
    `Manage License page          ${serviceUrl}`,
    `                             log in with the admin token; it is in ${token.place}`,
    ...(mock ?? [`Authorization server         ${settings.authServerUrl}`]),
    `NATS                         ${withoutCredentials(settings.natsUrl)}`,
    ...(settings.nats
      ? [`                             the passwords are in ${join(settings.dataDir, 'nats')}`]
      : []),
    ...describeHub(settings, env),
    ...(hasRegister
      ? []
      : [
          'Register                     not started: set NATS_REGISTER_PASSWORD to its password at the broker of NATS_URL',
        ]),
    '',
    'To acquire a license, follow the steps on the page, or request a user code (Next) from here:',
    `  curl -X POST -H "Authorization: Bearer ${token.inShell}" ${serviceUrl}/api/license/authorization`,
    '',
    'Ctrl-C stops everything.',
    '',
  ];
  return lines.join('\n');
}

/**
 * @param {import('./read-settings.mjs').StackSettings} settings
 * @param {NodeJS.ProcessEnv} env
 */
function describeHub({ hub, dataDir }, env) {
  if (hub === null) return [];
  const token = locateSecret(env, 'ADMIN_TOKEN', join(dataDir, 'hub/licensing/initial-admin-token'));
  return [
    `Hub server (licensed)        http://127.0.0.1:${hub.licensing.port}`,
    `                             its admin token is in ${token.place}`,
    `NATS of the hub              nats://127.0.0.1:${hub.nats.port}`,
  ];
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} setting
 * @param {string} generatedPath where the process stores a secret that it generates
 */
function locateSecret(env, setting, generatedPath) {
  if (env[setting]) return { place: `the environment (${setting})`, inShell: `$${setting}` };
  const path = env[`${setting}_FILE`] || generatedPath;
  return { place: path, inShell: `$(cat '${path.replaceAll("'", String.raw`'\''`)}')` };
}

/** @param {string} url one or more URLs of NATS, each with or without a password */
function withoutCredentials(url) {
  return url.replaceAll(/\/\/[^/@,]*@/g, '//');
}
