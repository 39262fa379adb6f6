import type { NatsServer } from '../find-nats.mjs';

export interface NatsSettings {
  configPath: string;
  host: string;
  port: number;
  storeDir: string;
  passwords: { licensing: string; register: string; sys: string };
}

export function planNatsCommand(
  server: NatsServer,
  settings: NatsSettings,
): { command: string; args: string[]; env: Record<string, string> };

export function containerName(port: number): string;
