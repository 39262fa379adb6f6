import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Settings of an example register that acquires its own license token. */
export interface DeviceSettings {
  readonly authServerUrl: string;
  readonly allowInsecureAuthServer: boolean;
  readonly profile: string;
  readonly storage: string;
  /** The mock whose controls authorize the device; `null` if a person does. */
  readonly demo: { readonly controlsUrl: string; readonly deviceId: string } | null;
}

/** Settings of an example register that takes a license token from the controls of a mock. */
export interface MockSettings {
  readonly kind: 'mock';
  readonly serverUrl: string;
  readonly controlsUrl: string;
  readonly profile: string;
  /** `null` for a register of any server that is authorized at the mock. */
  readonly deviceId: string | null;
}

export type RegisterSettings =
  | {
      readonly kind: 'user';
      readonly natsUrl: string;
      readonly credentials: { readonly user: string; readonly password: string };
    }
  | MockSettings
  | {
      readonly kind: 'device';
      readonly natsUrl: string | null;
      readonly serverUrl: string | null;
      readonly device: DeviceSettings;
    };

export type SettingsOutcome =
  | { readonly kind: 'read'; readonly settings: RegisterSettings }
  | { readonly kind: 'faulty'; readonly faults: readonly string[] };

/**
 * Reads the settings of the example register from the environment, or from the files that `<NAME>_FILE` names. With
 * `NATS_USER` it connects as that user of the broker. With `AUTH_SERVER_URL` it acquires a license token. With
 * `MOCK_CONTROLS_URL` alone it takes one from the controls of the mock.
 */
export function readSettings(environment: NodeJS.ProcessEnv): SettingsOutcome {
  const faults: string[] = [];
  const read = (name: string, fallback?: string): string => {
    const outcome = readSetting(environment, name, fallback);
    if ('fault' in outcome) faults.push(outcome.fault);
    return 'value' in outcome ? outcome.value : '';
  };
  const isSet = (name: string): boolean => Boolean(environment[name] || environment[`${name}_FILE`]);
  const settings = readKind(read, isSet);
  return faults.length === 0 ? { kind: 'read', settings } : { kind: 'faulty', faults };
}

function readKind(read: Read, isSet: (name: string) => boolean): RegisterSettings {
  if (isSet('NATS_USER')) return readUser(read);
  if (isSet('AUTH_SERVER_URL')) return readDevice(read, isSet);
  if (isSet('MOCK_CONTROLS_URL')) return readMock(read, isSet);
  return readUser(read);
}

type Read = (name: string, fallback?: string) => string;

function readUser(read: Read): RegisterSettings {
  const natsUrl = read('NATS_URL', 'nats://127.0.0.1:4222');
  return { kind: 'user', natsUrl, credentials: { user: read('NATS_USER'), password: read('NATS_PASSWORD') } };
}

function readDevice(read: Read, isSet: (name: string) => boolean): RegisterSettings {
  const readOptional = (name: string): string | null => (isSet(name) ? read(name) : null);
  return {
    kind: 'device',
    natsUrl: readOptional('NATS_URL'),
    serverUrl: readOptional('SERVER_URL'),
    device: {
      authServerUrl: read('AUTH_SERVER_URL'),
      allowInsecureAuthServer: read('ALLOW_INSECURE_AUTH_SERVER', 'off') === 'on',
      profile: read('AUTH_SERVER_PROFILE', 'default'),
      storage: join(read('DATA_DIR', './data'), 'device.json'),
      demo: isSet('MOCK_CONTROLS_URL')
        ? { controlsUrl: read('MOCK_CONTROLS_URL'), deviceId: read('DEVICE_ID') }
        : null,
    },
  };
}

function readMock(read: Read, isSet: (name: string) => boolean): MockSettings {
  return {
    kind: 'mock',
    serverUrl: read('SERVER_URL'),
    controlsUrl: read('MOCK_CONTROLS_URL'),
    profile: read('AUTH_SERVER_PROFILE', 'default'),
    deviceId: isSet('DEVICE_ID') ? read('DEVICE_ID') : null,
  };
}

function readSetting(
  environment: NodeJS.ProcessEnv,
  name: string,
  fallback?: string,
): { readonly value: string } | { readonly fault: string } {
  const direct = environment[name] || undefined;
  const path = environment[`${name}_FILE`] || undefined;
  if (direct !== undefined && path !== undefined) {
    return { fault: `${name} and ${name}_FILE are both set: set one of them.` };
  }
  const value = path === undefined ? (direct ?? fallback) : readSecretFile(path);
  if (value) return { value };
  return path === undefined
    ? { fault: `${name} is not set: set it, or set ${name}_FILE to a file that contains it.` }
    : {
        fault: `${name}_FILE: "${path}" is empty or cannot be read: set it to a file that contains the value.`,
      };
}

function readSecretFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
