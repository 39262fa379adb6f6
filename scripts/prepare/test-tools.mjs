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

/** For the program in C of docs/registers.md, in the long form. */
export const libnats = new DebianTool({
  name: 'libnats.so.3.4',
  purpose: 'for the register in C',
  packageName: 'libnats3.4',
  path: `usr/lib/${machine}-linux-gnu/libnats.so.3.4`,
});

export const libnatsHeaders = new DebianTool({
  name: 'nats/nats.h',
  purpose: 'for the register in C',
  packageName: 'libnats-dev',
  path: 'usr/include/nats/nats.h',
});

/** libnats needs it. */
export const libprotobufC = new DebianTool({
  name: 'libprotobuf-c.so.1',
  purpose: 'for the register in C',
  packageName: 'libprotobuf-c1',
  path: `usr/lib/${machine}-linux-gnu/libprotobuf-c.so.1`,
});
