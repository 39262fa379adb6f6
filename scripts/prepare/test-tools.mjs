import { DebianTool } from './debian-tool.mjs';

export const promtool = new DebianTool({
  name: 'promtool',
  purpose: 'for the tests of the alerts',
  packageName: 'prometheus',
  path: 'usr/bin/promtool',
});

export const amtool = new DebianTool({
  name: 'amtool',
  purpose: 'for the test of the Alertmanager configuration',
  packageName: 'prometheus-alertmanager',
  path: 'usr/bin/amtool',
});

export const nginx = new DebianTool({
  name: 'nginx',
  purpose: 'for the test of a reverse proxy',
  packageName: 'nginx',
  path: 'usr/sbin/nginx',
});

const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

/** A library that is loaded into programs, and is never on PATH. */
export const libfaketime = new DebianTool({
  name: 'libfaketimeMT.so.1',
  purpose: 'for the tests on other dates',
  packageName: 'libfaketime',
  path: `usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`,
});
