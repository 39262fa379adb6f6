import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ComposeStack } from './support/compose-stack.js';

const run = promisify(execFile);
const buildTimeoutMs = 900_000;
const patience = { timeout: 60_000, interval: 500 };
const services = ['init', 'licensing', 'mock-auth-server', 'nats', 'register'];
const running = services.filter((service) => service !== 'init');

const engine = await findDockerEngine();

if (engine === null) {
  it('runs no container stack on a machine without a Docker engine; confine-containers.e2e-spec.ts checks the files', () => {
    process.stderr.write('No Docker engine with Compose answers: the stack was NOT run in containers.\n');
    expect(engine).toBeNull();
  });
} else {
  describe('the stack in containers', runInContainers);
}

function runInContainers(): void {
  let stack: ComposeStack;
  let adminToken: string;

  beforeAll(async () => {
    stack = await ComposeStack.plan();
    await stack.up();
    adminToken = (await stack.exec('licensing', 'cat', '/data/initial-admin-token')).trim();
  }, buildTimeoutMs);

  afterAll(() => stack.down(), 60_000);

  async function ask(method: string, path: string): Promise<Record<string, unknown>> {
    const headers = { Authorization: `Bearer ${adminToken}` };
    const response = await fetch(`${stack.url}${path}`, { method, headers });
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}`);
    return (await response.json()) as Record<string, unknown>;
  }

  async function countReceived(what: RegExp): Promise<number> {
    return [...(await stack.logs('register')).matchAll(what)].length;
  }

  /** Returns whether Docker restarted the container, and it is healthy. */
  async function isBack(service: string, restarts: number): Promise<boolean> {
    const container = (await stack.inspect()).get(service);
    return container?.State.Health?.Status === 'healthy' && container.RestartCount >= restarts;
  }

  it('is healthy, each container has its own health check, and the container that creates the secrets has exited', async () => {
    const containers = await stack.inspect();
    expect([...containers.keys()].toSorted()).toEqual(services);
    for (const service of running) {
      expect(containers.get(service)?.State.Health?.Status, service).toBe('healthy');
      expect(containers.get(service)?.Config.Healthcheck?.Test.length, service).toBeGreaterThan(1);
    }
    expect(containers.get('init')?.State).toMatchObject({ Status: 'exited', ExitCode: 0 });
  });

  it.each(services)(
    'runs %s without root rights, with a read-only file system except its data, and with limited resources',
    async (service) => {
      const container = (await stack.inspect()).get(service);
      expect(container?.Config.User).toBe('1000:1000');
      expect(container?.HostConfig).toMatchObject({
        ReadonlyRootfs: true,
        Privileged: false,
        CapAdd: null,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges:true'],
        Init: true,
        LogConfig: { Config: { 'max-size': '10m', 'max-file': '3' } },
        RestartPolicy: { Name: service === 'init' ? 'on-failure' : 'unless-stopped' },
      });
      expect(container?.HostConfig.Memory).toBeGreaterThan(0);
      expect(container?.HostConfig.NanoCpus).toBeGreaterThan(0);
      expect(container?.HostConfig.PidsLimit).toBeGreaterThan(0);
      const published = Object.values(container?.HostConfig.PortBindings ?? {}).flatMap(
        (bindings) => bindings ?? [],
      );
      expect(published.filter(({ HostIp }) => HostIp !== '127.0.0.1')).toEqual([]);
      expect(container?.Config.Labels['org.opencontainers.image.title']).toMatch(/^POS licensing/);
    },
  );

  it('cannot write into its image or gain a capability', async () => {
    await expect(stack.exec('licensing', 'sh', '-c', 'echo x > /app/x')).rejects.toThrow(/read-only/i);
    const status = await stack.exec('licensing', 'sh', '-c', 'cat /proc/self/status');
    expect(status).toMatch(/CapEff:\s+0{16}\n/);
    expect(status).toMatch(/NoNewPrivs:\s+1\n/);
  });

  it('has no secret in an environment variable, and each process has only its own secrets', async () => {
    const variables = [...(await stack.inspect()).values()].flatMap(({ Config }) => Config.Env);
    expect(variables.filter((text) => /(PASSWORD|TOKEN|SEED|KEY)=./.test(text))).toEqual([]);
    expect((await stack.exec('licensing', 'ls', '/secrets')).split('\n').filter(Boolean)).toEqual([
      'nats-callout-password',
      'nats-issuer-seed',
      'nats-password',
      'nats-sys-password',
      'nats-xkey-seed',
    ]);
    await expect(stack.exec('register', 'ls', '/secrets')).rejects.toThrow(/No such file/);
  });

  it('has the command line on its path', async () => {
    expect(await stack.exec('licensing', 'pos-licensing', '--help')).toContain('pos-licensing');
  });

  it('acquires a license, and the register receives the event', async () => {
    const { userCode } = await ask('POST', '/api/license/authorization');
    await fetch(`${stack.mockUrl}/mock/approve`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ userCode, deviceId: 'srv-store-1' }),
    });
    expect(await ask('POST', '/api/license/authorization/complete')).toMatchObject({ status: 'licensed' });
    await expect.poll(() => countReceived(/licensed \(acquired\)/g), patience).toBe(1);
    const status = await stack.exec('licensing', 'pos-licensing', 'status', '--json');
    expect(JSON.parse(status)).toMatchObject({ status: 'licensed', serverId: 'srv-store-1' });
  });

  it.each([
    { crashed: ['nats'], restarts: 1 },
    { crashed: ['licensing'], restarts: 1 },
    { crashed: ['nats', 'licensing', 'register'], restarts: 2 },
  ])('restarts by itself when $crashed crash', async ({ crashed, restarts }) => {
    const before = await countReceived(/licensed \(refreshed\), .* live/g);
    await Promise.all(crashed.map((service) => stack.crash(service)));
    for (const service of crashed) {
      await expect.poll(() => isBack(service, service === 'register' ? 1 : restarts), patience).toBe(true);
    }
    await expect.poll(() => ask('GET', '/health'), patience).toMatchObject({ status: 'ok' });
    await expect.poll(() => isBack('register', 0), patience).toBe(true);
    // A register that connects after the event reads it as the last known event: only the next one arrives live.
    await expect
      .poll(
        async () => {
          expect(await ask('POST', '/api/license/refresh')).toMatchObject({ status: 'licensed' });
          return countReceived(/licensed \(refreshed\), .* live/g);
        },
        { ...patience, interval: 7000 },
      )
      .toBeGreaterThan(before);
  });
}

/** Returns the version of a running Docker engine with Compose; `null` if there is none. */
async function findDockerEngine(): Promise<string | null> {
  try {
    await run('docker', ['compose', 'version'], { timeout: 10_000 });
    const { stdout } = await run('docker', ['version', '--format', '{{.Server.Version}}'], {
      timeout: 10_000,
    });
    return stdout.trim() || null;
  } catch {
    return null;
  }
}
