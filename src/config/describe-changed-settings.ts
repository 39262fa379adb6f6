import { Environment, secretNames } from './environment.js';

/** Lists the settings that differ from their defaults. Secrets are listed by name only. */
export function describeChangedSettings(environment: Environment): string[] {
  const defaults = new Map(Object.entries(new Environment()));
  const secrets = new Set<string>(secretNames);
  return Object.entries(environment)
    .filter(([name, value]) => value !== undefined && value !== defaults.get(name))
    .map(([name, value]) => (secrets.has(name) ? `${name} (secret)` : `${name}=${hideLogin(String(value))}`));
}

/** Addresses of brokers and proxies can contain a user and a password. */
function hideLogin(value: string): string {
  return value.replaceAll(/(\w+:\/\/)?[^\s,]*@/g, '$1***@');
}
