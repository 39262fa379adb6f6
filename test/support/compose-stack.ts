import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFreePort } from './find-free-port.js';

const run = promisify(execFile);
const rootDir = join(import.meta.dirname, '../..');

/** The relevant part of the output of `docker inspect`. */
export interface InspectedContainer {
  readonly Name: string;
  readonly RestartCount: number;
  readonly State: {
    readonly Status: string;
    readonly ExitCode: number;
    readonly Health?: { Status: string };
  };
  readonly Config: {
    readonly User: string;
    readonly Image: string;
    readonly Env: readonly string[];
    readonly Labels: Readonly<Record<string, string>>;
    readonly Healthcheck?: { readonly Test: readonly string[] };
  };
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly Privileged: boolean;
    readonly CapAdd: readonly string[] | null;
    readonly CapDrop: readonly string[] | null;
    readonly SecurityOpt: readonly string[] | null;
    readonly Init: boolean | null;
    readonly Memory: number;
    readonly NanoCpus: number;
    readonly PidsLimit: number | null;
    readonly RestartPolicy: { readonly Name: string };
    readonly LogConfig: { readonly Config: Readonly<Record<string, string>> };
    readonly PortBindings: Readonly<Record<string, readonly { readonly HostIp: string }[] | null>> | null;
  };
}

/** The stack of docker-compose.yml with its own name and ports, so that it does not affect another stack. */
export class ComposeStack {
  private readonly name = `pos-licensing-test-${process.pid}`;

  private constructor(
    readonly url: string,
    readonly mockUrl: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  static async plan(): Promise<ComposeStack> {
    const [port, mockPort, natsPort] = await Promise.all([findFreePort(), findFreePort(), findFreePort()]);
    const own = {
      PORT: `${port}`,
      MOCK_AUTH_PORT: `${mockPort}`,
      NATS_PORT: `${natsPort}`,
      POLL_INTERVAL: '1s',
    };
    return new ComposeStack(`http://127.0.0.1:${port}`, `http://127.0.0.1:${mockPort}`, {
      ...process.env,
      ...own,
    });
  }

  /** Builds the images and resolves when each container is healthy. @throws with the output of Docker */
  async up(): Promise<void> {
    await this.compose('up', '--build', '--wait');
  }

  /** Removes everything except the layers, which make the next build faster. */
  async down(): Promise<void> {
    await this.compose('down', '--volumes', '--remove-orphans', '--rmi', 'local');
  }

  /** Returns each container, even an exited one, by the name of its service. */
  async inspect(): Promise<Map<string, InspectedContainer>> {
    const ids = (await this.compose('ps', '--all', '--quiet')).split('\n').filter(Boolean);
    const { stdout } = await run('docker', ['inspect', ...ids]);
    const containers = JSON.parse(stdout) as InspectedContainer[];
    return new Map(
      containers.map((container) => [container.Config.Labels['com.docker.compose.service'] ?? '', container]),
    );
  }

  /** Ends the process as a crash would. Docker would not restart a container after `docker kill`. */
  async crash(service: string): Promise<void> {
    await this.exec(service, 'sh', '-c', 'kill -9 -1');
  }

  exec(service: string, ...command: string[]): Promise<string> {
    return this.compose('exec', '-T', service, ...command);
  }

  logs(service: string): Promise<string> {
    return this.compose('logs', '--no-color', service);
  }

  private async compose(...args: string[]): Promise<string> {
    const { stdout } = await run('docker', ['compose', '--project-name', this.name, ...args], {
      cwd: rootDir,
      env: this.environment,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  }
}
