/** A device in `GET /mock/state`: the members that are used here. */
export interface MockDevice {
  readonly id: string;
  readonly kind: 'server' | 'register';
  readonly hubId: string | null;
  readonly authorized: boolean;
}

/** Calls the controls of the mock Authorization server. */
export class MockControls {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Returns the devices, grouped by organization. */
  async readDevices(): Promise<readonly (readonly MockDevice[])[]> {
    const state = (await this.#call('GET', '/mock/state')) as {
      readonly organizations: readonly { readonly devices: readonly MockDevice[] }[];
    };
    return state.organizations.map(({ devices }) => devices);
  }

  async approve(userCode: string, deviceId: string): Promise<void> {
    await this.#call('POST', '/mock/approve', { userCode, deviceId });
  }

  async rewire(deviceId: string, hubId: string): Promise<void> {
    await this.#call('PATCH', `/mock/devices/${deviceId}`, { hubId });
  }

  async issueToken(deviceId: string, ttlSeconds: number, dpopJwk: object): Promise<string> {
    const answer = await this.#call('POST', '/mock/tokens', { deviceId, ttlSeconds, dpopJwk });
    return (answer as { readonly token: string }).token;
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(new URL(path, this.#url), {
      method,
      signal: AbortSignal.timeout(10_000),
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`the mock refused ${method} ${path} with HTTP ${answer.status}`);
    return answer.status === 204 ? null : answer.json();
  }
}
