import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findNatsServer } from '../../scripts/find-nats.mjs';
import { planNatsCommand } from '../../scripts/nats/plan-nats-command.mjs';
import type { TestNats } from './start-nats.js';

/** A broker with a wrong configuration. */
export interface OtherBroker {
  /** Idempotent. */
  stop(): Promise<void>;
}

const withoutStreams = `
host: $NATS_HOST
port: $NATS_PORT
accounts { POS { users: [{ user: licensing, password: $NATS_LICENSING_PASSWORD }] } }
`;

/**
 * Starts another broker on the port of `nats`, which must not run: one without JetStream, or one with another password
 * for the service.
 */
export async function startOtherBroker(
  nats: TestNats,
  fault: 'no-jetstream' | 'other-password',
): Promise<OtherBroker> {
  const folder = await mkdtemp(join(tmpdir(), 'pos-nats-other-'));
  const configPath = join(folder, 'broker.conf');
  await writeFile(configPath, withoutStreams);
  const licensing = fault === 'other-password' ? 'another-password' : nats.serviceUser.password;
  const passwords = { licensing, register: nats.registerUser.password, sys: nats.sysUser.password };
  const plan = planNatsCommand(await findNatsServer(), {
    configPath,
    host: '127.0.0.1',
    port: nats.port,
    storeDir: folder,
    passwords,
  });
  const broker = spawn(plan.command, plan.args, { env: plan.env, stdio: 'ignore' });
  const killWithTests = (): boolean => broker.kill('SIGKILL');
  process.once('exit', killWithTests);
  return {
    stop: async () => {
      process.off('exit', killWithTests);
      if (broker.exitCode === null && broker.signalCode === null) {
        const exited = once(broker, 'exit');
        broker.kill('SIGTERM');
        await exited;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
