/**
 * Who may see what is secret. Everything else is handed to everyone, and each process takes the settings that it knows.
 * @type {Record<string, string>}
 */
const OWNERS = {
  ADMIN_TOKEN: 'licensing',
  ENCRYPTION_KEY: 'licensing',
  DATABASE_URL: 'licensing',
  HTTPS_PROXY: 'licensing',
  NATS_PASSWORD: 'licensing',
  NATS_CALLOUT_PASSWORD: 'licensing',
  NATS_ISSUER_SEED: 'licensing',
  NATS_SYS_PASSWORD: 'licensing',
  NATS_REGISTER_PASSWORD: 'register',
  LOGIN_PASSWORD: 'mock',
};

/** What means another thing in each process, or nothing outside npm. */
const STACK_SETTINGS =
  /^(PORT|MOCK_AUTH_PORT|NATS_PORT|DATA_DIR|FLEET|HUB_PORT|HUB_NATS_PORT|INIT_CWD|npm_.*)$/i;

/**
 * The part of the stack's environment that a process of it gets.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} name of the process
 * @returns {Record<string, string>}
 */
export function shareEnvironment(env, name) {
  /** @type {Record<string, string>} */
  const shared = {};
  for (const [setting, value] of Object.entries(env)) {
    const owner = OWNERS[setting.toUpperCase().replace(/_FILE$/, '')];
    const isForOthers = owner !== undefined && owner !== name;
    if (value !== undefined && !isForOthers && !STACK_SETTINGS.test(setting)) shared[setting] = value;
  }
  return shared;
}
