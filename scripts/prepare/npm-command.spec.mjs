import { describe, expect, it } from 'vitest';
import { withoutInheritedSettings } from './npm-command.mjs';

describe('an npm inside an npm script', () => {
  it('does not inherit settings that change the installed packages', () => {
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
    expect(withoutInheritedSettings(handedDown)).toEqual({});
  });

  it('inherits the registry, the cache and the settings of the compiler', () => {
    const kept = {
      PATH: '/bin',
      npm_config_registry: 'http://registry.example/',
      npm_config_cache: '/cache',
      npm_package_config_node_gyp_nodedir: '/usr/local',
    };
    expect(withoutInheritedSettings(kept)).toEqual(kept);
  });
});
