/**
 * What npm hands down to a script of its own would bend an npm inside it: `npm start --workspace client` would install
 * for that workspace alone, and `--omit=dev` would leave the compiler out.
 */
const BENDING_SETTINGS =
  /^npm_config_(workspace|workspaces|include_workspace_root|omit|include|only|production|dry_run|global|location|prefix|local_prefix|package_lock|package_lock_only|save.*)$/i;
const SCRIPT_VARIABLES = /^(npm_(lifecycle|package)_(?!config_).*|npm_command|INIT_CWD)$/;

/**
 * An npm of its own inside a script of npm's.
 * @param {...string} words the verb and what it takes
 * @returns {{ command: string, args: string[], env: NodeJS.ProcessEnv }}
 */
export function npmCommand(...words) {
  const args = [...words, '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  const env = withoutBendingSettings(process.env);
  const npm = process.env['npm_execpath'] ?? '';
  // The npm that runs this, with the Node that runs this: there may be no other on PATH.
  return /\bnpm-cli\.[cm]?js$/.test(npm)
    ? { command: process.execPath, args: [npm, ...args], env }
    : { command: 'npm', args, env };
}

/** @param {NodeJS.ProcessEnv} environment @returns {NodeJS.ProcessEnv} */
export function withoutBendingSettings(environment) {
  const kept = Object.entries(environment).filter(
    ([name]) => !BENDING_SETTINGS.test(name) && !SCRIPT_VARIABLES.test(name),
  );
  return Object.fromEntries(kept);
}
