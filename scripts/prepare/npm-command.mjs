/**
 * Settings that a script inherits from its npm and that would change a nested npm: `npm start --workspace client` would
 * install for that workspace only, and `--omit=dev` would omit the compiler.
 */
const INHERITED_SETTINGS =
  /^npm_config_(workspace|workspaces|include_workspace_root|omit|include|only|production|dry_run|global|location|prefix|local_prefix|package_lock|package_lock_only|save.*)$/i;
const SCRIPT_VARIABLES = /^(npm_(lifecycle|package)_(?!config_).*|npm_command|INIT_CWD)$/;

/**
 * Returns the command of an npm inside an npm script.
 * @param {...string} words the command of npm and its arguments
 * @returns {{ command: string, args: string[], env: NodeJS.ProcessEnv }}
 */
export function npmCommand(...words) {
  const args = [...words, '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  const env = withoutInheritedSettings(process.env);
  const npm = process.env['npm_execpath'] ?? '';
  // The running npm with the running Node: there may be no other on PATH.
  return /\bnpm-cli\.[cm]?js$/.test(npm)
    ? { command: process.execPath, args: [npm, ...args], env }
    : { command: 'npm', args, env };
}

/** @param {NodeJS.ProcessEnv} environment @returns {NodeJS.ProcessEnv} */
export function withoutInheritedSettings(environment) {
  const kept = Object.entries(environment).filter(
    ([name]) => !INHERITED_SETTINGS.test(name) && !SCRIPT_VARIABLES.test(name),
  );
  return Object.fromEntries(kept);
}
