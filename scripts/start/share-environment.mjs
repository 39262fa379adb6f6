/**
 * The one process that may see each secret. All processes get all other settings, and ignore those that they do not know.
 * @type {Record<string, string>}
 */
const OWNERS = {
  ADMIN_TOKEN: 'licensing',
  ENCRYPTION_KEY: 'licensing',
  DATABASE_URL: 'licensing',
  // The mock has a setting of the same name, MOCK_PUBLIC_URL here.
  PUBLIC_URL: 'licensing',
  HTTPS_PROXY: 'licensing',
  NATS_PASSWORD: 'licensing',
  NATS_CALLOUT_PASSWORD: 'licensing',
  NATS_ISSUER_SEED: 'licensing',
  NATS_CALLOUT_XKEY_SEED: 'licensing',
  NATS_SYS_PASSWORD: 'licensing',
  WEBHOOK_URL: 'licensing',
  WEBHOOK_SECRET: 'licensing',
  NATS_REGISTER_PASSWORD: 'register',
  LOGIN_PASSWORD: 'mock',
};

/** Settings with another meaning in each process, and those of npm. */
const STACK_SETTINGS =
  /^(PORT|MOCK_AUTH_PORT|NATS_PORT|DATA_DIR|FLEET|HUB_PORT|HUB_NATS_PORT|NO_COLOR|FORCE_COLOR|INIT_CWD|npm_.*)$/i;

/**
 * Returns the environment of one process of the stack.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} name of the process
 * @param {Record<string, string>} [own] settings, which take precedence
 * @returns {Record<string, string>}
 */
export function shareEnvironment(env, name, own = {}) {
  /** @type {Record<string, string>} */
  const shared = {};
  for (const [setting, value] of Object.entries(env)) {
    const secret = setting.replace(/_FILE$/i, '');
    if (secret in own) continue;
    const owner = OWNERS[secret.toUpperCase()];
    const isAllowed = owner === undefined || owner === name;
    if (value !== undefined && isAllowed && !STACK_SETTINGS.test(setting)) shared[setting] = value;
  }
  return { ...shared, ...own };
}
