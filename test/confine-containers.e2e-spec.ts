import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const rootDir = join(import.meta.dirname, '..');
const overlays = ['postgres', 'hub', 'production'].map((name) => `deploy/compose/${name}.yml`);

/** The checked part of a service in a compose file. */
interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly target: string };
  readonly extends?: { readonly file: string; readonly service: string };
  readonly user?: string;
  readonly ports?: readonly string[] | null;
  readonly tmpfs?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly [key: string]: unknown;
}

function read(path: string): string {
  return readFileSync(join(rootDir, path), 'utf8');
}

function readServices(path: string): [string, ComposeService][] {
  const customTags = ['!override', '!reset'].flatMap((tag) => [
    { tag, collection: 'seq' as const },
    { tag, collection: 'map' as const },
  ]);
  const file = parse(read(path), { merge: true, customTags }) as { services: Record<string, ComposeService> };
  return Object.entries(file.services);
}

const ownServices = ['docker-compose.yml', ...overlays].flatMap((path) =>
  readServices(path)
    .filter(([, service]) => service.build !== undefined || service.image !== undefined)
    .map(([name, service]) => ({ path, name, service })),
);
const laidOver = overlays.flatMap((path) =>
  readServices(path)
    .filter(([, service]) => service.build === undefined && service.image === undefined)
    .map(([name, service]) => ({ path, name, service })),
);

describe.each(ownServices)('$name in $path', ({ name, service }) => {
  it('can write only to its volumes and small folders in memory, and cannot gain privileges', () => {
    expect(service).toMatchObject({
      init: true,
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      restart: name === 'init' ? 'on-failure:5' : 'unless-stopped',
    });
    for (const folder of service.tmpfs ?? []) expect(folder).toMatch(/size=\d+m/);
    expect(service['privileged'] ?? service['cap_add'] ?? null).toBeNull();
  });

  it('has limits on memory, processors, processes and logs, and dumps no core', () => {
    expect(service['mem_limit']).toMatch(/^\d+m$/);
    expect(service['cpus']).toBeGreaterThan(0);
    expect(service['pids_limit']).toBeGreaterThan(0);
    expect(service['ulimits']).toEqual({ core: 0 });
    expect(service['logging']).toMatchObject({ driver: 'local', options: { 'max-file': '3' } });
  });

  it('does not run as root, and uses an exact version', () => {
    if (service.image === undefined) expect(service.build?.target).toBe(name);
    else {
      expect(service.image).toMatch(/:v?\d+\.\d+(\.\d+)?(-alpine)?$/);
      expect(service.user).toMatch(/^[1-9]\d*:\d+$/);
      expect(service.healthcheck?.test.length).toBeGreaterThan(2);
    }
  });

  it('publishes ports on this machine only, and has no secret in its environment', () => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\$\{[A-Z_]+:-\d+\}:\d+$/);
    const secrets = Object.entries(service.environment ?? {}).filter(
      ([setting, value]) => /(PASSWORD|TOKEN|SEED|KEY|DATABASE_URL)$/.test(setting) && Boolean(value),
    );
    expect(secrets).toEqual([]);
  });
});

describe.each(laidOver)('$name in the overlay $path', ({ service }) => {
  it('keeps all of its confinement', () => {
    const confinement = [
      'init',
      'read_only',
      'cap_drop',
      'cap_add',
      'security_opt',
      'privileged',
      'user',
      'restart',
    ];
    expect(Object.keys(service).filter((key) => confinement.includes(key))).toEqual([]);
    if (service.extends) expect(service.extends.file).toBe('docker-compose.yml');
  });
});

describe('the Dockerfile', () => {
  const dockerfile = read('Dockerfile');
  const stages = dockerfile.split(/^FROM /m).slice(1);

  it('builds on exact versions and on its own stages', () => {
    const images = [...dockerfile.matchAll(/^ARG [A-Z]+_IMAGE=(.+)$/gm)].map(([, image]) => image);
    for (const image of images) expect(image).toMatch(/:\d+\.\d+\.\d+-/);
    const known = new Set(['${NODE_IMAGE}', '${NATS_IMAGE}']);
    for (const stage of stages) {
      const [, from = '', name = ''] = /^(\S+) AS (\S+)/.exec(stage) ?? [];
      expect(known).toContain(from);
      known.add(name);
    }
  });

  it('gives each image an unprivileged user, a title and this version', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect([...new Set(dockerfile.match(/(?<=^ARG VERSION=).+$/gm))]).toEqual([version]);
    const images = stages.filter((stage) => /^(CMD|ENTRYPOINT) /m.test(stage));
    expect(images).toHaveLength(5);
    for (const image of images) {
      expect(image).toContain('org.opencontainers.image.title=');
      expect(image.match(/^USER .+$/gm)?.at(-1) ?? 'USER 1000:1000').toBe('USER 1000:1000');
    }
  });

  it('gives each long-running image a health check, and the service its command-line name', () => {
    for (const target of ['mock-auth-server', 'register', 'nats', 'licensing']) {
      expect(stages.find((stage) => stage.includes(` AS ${target}\n`))).toContain('HEALTHCHECK ');
    }
    expect(stages.at(-1)).toContain('/usr/local/bin/pos-licensing');
  });
});

describe('the broker in a container', () => {
  it('exposes its monitoring port to its own health check only', () => {
    for (const path of ['deploy/nats/container.conf', 'deploy/nats/cluster-container.conf']) {
      expect(read(path)).toContain('http: "127.0.0.1:8222"');
    }
    expect(ownServices.flatMap(({ service }) => service.ports ?? []).join(' ')).not.toMatch(/8222|6222/);
  });
});
