import { DebianTool } from './debian-tool.mjs';

export const promtool = new DebianTool({
  name: 'promtool',
  purpose: 'for the tests of the alerts',
  packageName: 'prometheus',
  path: 'usr/bin/promtool',
});

export const nginx = new DebianTool({
  name: 'nginx',
  purpose: 'for the test of the proxy in front of a service',
  packageName: 'nginx',
  path: 'usr/sbin/nginx',
});
