import { describe, expect, it } from 'vitest';
import { withoutBendingSettings } from './npm-command.mjs';

describe('an npm inside an npm script', () => {
  it('does not inherit what would change what it installs', () => {
    const handedDown = {
      npm_config_workspace: 'client',
      npm_config_omit: 'dev',
      NPM_CONFIG_OMIT: 'dev',
      npm_config_save_exact: 'true',
      npm_config_local_prefix: '/elsewhere',
      npm_lifecycle_event: 'prestart',
      npm_package_name: 'pos-licensing',
      INIT_CWD: '/elsewhere',
    };
    expect(withoutBendingSettings(handedDown)).toEqual({});
  });

  it('inherits where packages come from and how they are compiled', () => {
    const kept = {
      PATH: '/bin',
      npm_config_registry: 'http://registry.example/',
      npm_config_cache: '/cache',
      npm_package_config_node_gyp_nodedir: '/usr/local',
    };
    expect(withoutBendingSettings(kept)).toEqual(kept);
  });
});
