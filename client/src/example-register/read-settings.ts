import { readFileSync } from 'node:fs';

export interface RegisterSettings {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

export type SettingsOutcome =
  | { readonly kind: 'read'; readonly settings: RegisterSettings }
  | { readonly kind: 'faulty'; readonly faults: readonly string[] };

/** Reads the settings of the example register; each may instead be in a file that `<NAME>_FILE` names. */
export function readSettings(environment: NodeJS.ProcessEnv): SettingsOutcome {
  const faults: string[] = [];
  const read = (name: string, fallback?: string): string => {
    const outcome = readSetting(environment, name, fallback);
    if ('fault' in outcome) faults.push(outcome.fault);
    return 'value' in outcome ? outcome.value : '';
  };
  const settings = {
    url: read('NATS_URL', 'nats://127.0.0.1:4222'),
    user: read('NATS_USER'),
    password: read('NATS_PASSWORD'),
  };
  return faults.length === 0 ? { kind: 'read', settings } : { kind: 'faulty', faults };
}

function readSetting(
  environment: NodeJS.ProcessEnv,
  name: string,
  fallback?: string,
): { readonly value: string } | { readonly fault: string } {
  const direct = environment[name] || undefined;
  const path = environment[`${name}_FILE`] || undefined;
  if (direct !== undefined && path !== undefined) {
    return { fault: `${name} and ${name}_FILE are both set: set only one of them.` };
  }
  const value = path === undefined ? (direct ?? fallback) : readSecretFile(path);
  if (value) return { value };
  return path === undefined
    ? { fault: `${name} is not set: set it, or ${name}_FILE to a file that holds it.` }
    : { fault: `${name}_FILE: "${path}" is empty or cannot be read: name a file that holds the value.` };
}

function readSecretFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
