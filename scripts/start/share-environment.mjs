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
  NATS_CALLOUT_XKEY_SEED: 'licensing',
  NATS_SYS_PASSWORD: 'licensing',
  NATS_REGISTER_PASSWORD: 'register',
  LOGIN_PASSWORD: 'mock',
};

/** What means another thing in each process, or nothing outside npm. */
const STACK_SETTINGS =
  /^(PORT|MOCK_AUTH_PORT|NATS_PORT|DATA_DIR|FLEET|HUB_PORT|HUB_NATS_PORT|NO_COLOR|FORCE_COLOR|INIT_CWD|npm_.*)$/i;

/**
 * The part of the stack's environment that a process of it gets, and what the stack itself has to tell it.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} name of the process
 * @param {Record<string, string>} [own] settings, which win
 * @returns {Record<string, string>}
 */
export function shareEnvironment(env, name, own = {}) {
  /** @type {Record<string, string>} */
  const shared = {};
  for (const [setting, value] of Object.entries(env)) {
    const secret = setting.replace(/_FILE$/i, '');
    if (secret in own) continue;
    const owner = OWNERS[secret.toUpperCase()];
    const isForOthers = owner !== undefined && owner !== name;
    if (value !== undefined && !isForOthers && !STACK_SETTINGS.test(setting)) shared[setting] = value;
  }
  return { ...shared, ...own };
}
