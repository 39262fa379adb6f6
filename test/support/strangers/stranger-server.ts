import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Fault, type Grant, type Issue, type JsonObject, oauthErrors, type Product } from './product.js';
import { secondsAfter, type StrangerDevice, type Terms, toClaims } from './product.js';
import { readProof } from './read-proof.js';
import { SigningKeys } from './signing-keys.js';

interface DeviceCode {
  readonly clientId: string;
  readonly request: URLSearchParams;
  readonly userCode: string;
  readonly endsAt: Date;
  polledAt: Date | null;
  decision: StrangerDevice | 'denied' | null;
}

interface Answer {
  readonly status: number;
  readonly body?: object;
}

const clientIds = ['pos-server', 'pos-register'];

/** A small Authorization server that behaves like a given product. It listens on a free port of loopback. */
export class StrangerServer {
  /** The POST requests so far. */
  readonly calls: { readonly path: string; readonly form: URLSearchParams }[] = [];
  private readonly server = createServer((request, response) => {
    this.handle(request, response).catch(() => response.destroy());
  });
  private readonly codes = new Map<string, DeviceCode>();
  private readonly grants: Grant[] = [];
  private readonly refreshTokens = new Map<string, { readonly grant: Grant; usedAt: Date | null }>();
  private readonly firstClaims = new Map<Grant, JsonObject>();
  private readonly keys = new SigningKeys();
  private terms: Terms = { features: ['xms'], renewalDate: null };
  private isNextAnswerDropped = false;
  private origin = '';

  private constructor(
    private readonly product: Product,
    private readonly now: () => Date,
  ) {}

  static async start(product: Product, now: () => Date): Promise<StrangerServer> {
    const stranger = new StrangerServer(product, now);
    await stranger.rotateKeys();
    stranger.server.listen(0, '127.0.0.1');
    await once(stranger.server, 'listening');
    stranger.origin = `http://127.0.0.1:${(stranger.server.address() as AddressInfo).port}`;
    return stranger;
  }

  get issuer(): string {
    return this.origin + this.product.issuerPath;
  }

  approve(userCode: string, device: StrangerDevice): void {
    this.pendingCode(userCode).decision = device;
  }

  deny(userCode: string): void {
    this.pendingCode(userCode).decision = 'denied';
  }

  /** Ends every grant of a device, as an administrator does. Tokens that were issued live on: they are not stored. */
  revoke(deviceId: string): void {
    this.endGrants(deviceId, 'revoked');
  }

  /** Lets the refresh tokens of a device reach the end of their life. */
  expire(deviceId: string): void {
    this.endGrants(deviceId, 'too-old');
  }

  setTerms(features: readonly string[], renewalDate: string | null): void {
    this.terms = { features, renewalDate };
  }

  /** Signs with a new key from now on. The older keys stay published. */
  rotateKeys(): Promise<void> {
    return this.keys.rotate();
  }

  /** Loses the next answer of the token endpoint, after the server has done its work. */
  dropNextAnswer(): void {
    this.isNextAnswerDropped = true;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', this.origin);
    const form = new URLSearchParams(await text(request));
    if (request.method === 'POST') this.calls.push({ path: pathname, form });
    const { status, body } = await this.answer(
      `${request.method} ${pathname}`,
      form,
      request.headers['dpop'],
    );
    if (this.isNextAnswerDropped && pathname === this.product.paths.token) {
      this.isNextAnswerDropped = false;
      response.destroy();
      return;
    }
    const headers = {
      date: this.now().toUTCString(),
      'content-type': 'application/json',
      connection: 'close',
    };
    response.writeHead(status, headers).end(body === undefined ? '' : JSON.stringify(body));
  }

  private async answer(route: string, form: URLSearchParams, proof: unknown): Promise<Answer> {
    const { paths } = this.product;
    if (this.product.metadataPaths.some((path) => route === `GET ${path}`))
      return { status: 200, body: this.describe() };
    switch (route) {
      case `GET ${paths.keys}`:
        return { status: 200, body: { keys: this.keys.published } };
      case `POST ${paths.deviceAuthorization}`:
        return this.authorizeDevice(form);
      case `POST ${paths.token}`:
        return this.answerTokenRequest(form, proof);
      case `POST ${paths.revocation}`:
        this.revokeToken(form.get('token') ?? '');
        return { status: 200 };
      default:
        return { status: 404 };
    }
  }

  private describe(): JsonObject {
    const { paths, metadata } = this.product;
    return {
      issuer: this.issuer,
      jwks_uri: this.origin + paths.keys,
      token_endpoint: this.origin + paths.token,
      device_authorization_endpoint: this.origin + paths.deviceAuthorization,
      revocation_endpoint: this.origin + paths.revocation,
      ...metadata,
    };
  }

  private authorizeDevice(form: URLSearchParams): Answer {
    const clientId = form.get('client_id') ?? '';
    if (!clientIds.includes(clientId)) return this.refuse('client-unknown');
    const { deviceCodeSeconds, pollSeconds, paths, makeUserCode } = this.product;
    const [deviceCode, userCode] = [randomUUID(), makeUserCode()];
    const endsAt = this.after(deviceCodeSeconds);
    this.codes.set(deviceCode, { clientId, request: form, userCode, endsAt, polledAt: null, decision: null });
    const address = this.origin + paths.verification;
    const body = {
      device_code: deviceCode,
      user_code: userCode,
      verification_uri: address,
      verification_uri_complete: `${address}?user_code=${userCode}`,
      expires_in: deviceCodeSeconds,
      ...(pollSeconds !== null && { interval: pollSeconds }),
    };
    return { status: 200, body };
  }

  private async answerTokenRequest(form: URLSearchParams, proof: unknown): Promise<Answer> {
    const isProof = this.product.bindsToKeys && typeof proof === 'string';
    const bound = isProof ? await readProof(proof, this.origin + this.product.paths.token) : { jkt: null };
    if (!bound) return this.refuse('proof-invalid');
    const { jkt } = bound;
    if (!clientIds.includes(form.get('client_id') ?? '')) return this.refuse('client-unknown');
    switch (form.get('grant_type') ?? '') {
      case 'urn:ietf:params:oauth:grant-type:device_code':
        return this.redeemDeviceCode(form, jkt);
      case 'refresh_token':
        return this.refresh(form, jkt);
      default:
        return this.refuse('grant-type-unknown');
    }
  }

  private async redeemDeviceCode(form: URLSearchParams, jkt: string | null): Promise<Answer> {
    const deviceCode = form.get('device_code') ?? '';
    const code = this.codes.get(deviceCode);
    if (!code || code.clientId !== form.get('client_id')) return this.refuse('code-unknown');
    const { polledAt, decision, clientId, request } = code;
    const now = this.now();
    code.polledAt = now;
    if (code.endsAt <= now) return this.refuse('code-expired');
    const pollMs = (this.product.pollSeconds ?? 0) * 1000;
    if (polledAt && now.getTime() - polledAt.getTime() < pollMs) return this.refuse('slow-down');
    if (decision === null) return this.refuse('pending');
    if (decision === 'denied') return this.refuse('denied');
    this.codes.delete(deviceCode);
    const scopes = request.get('scope')?.split(' ') ?? [];
    const refreshSeconds = this.product.refreshTokenSeconds(scopes);
    const start = {
      id: randomUUID(),
      startedAt: now,
      refreshEndsAt: this.after(refreshSeconds ?? 0),
      end: null,
    };
    const grant: Grant = { ...start, clientId, scopes, request, device: decision, jkt };
    this.grants.push(grant);
    return this.issue(grant, refreshSeconds === null ? 'none' : 'new');
  }

  private async refresh(form: URLSearchParams, jkt: string | null): Promise<Answer> {
    const presented = form.get('refresh_token') ?? '';
    const stored = this.refreshTokens.get(presented);
    if (!stored || stored.grant.clientId !== form.get('client_id'))
      return this.refuse('refresh-token-unknown');
    const { grant, usedAt } = stored;
    const { reuseLeewaySeconds, isSliding, refreshTokenSeconds, refreshAnswer } = this.product;
    if (grant.end === 'revoked') return this.refuse('grant-revoked');
    if (grant.end || grant.refreshEndsAt <= this.now()) return this.refuse('refresh-token-too-old');
    if (grant.jkt !== null && grant.jkt !== jkt) return this.refuse('proof-invalid');
    if (usedAt && reuseLeewaySeconds !== null && this.now() >= secondsAfter(usedAt, reuseLeewaySeconds)) {
      // A replay ends the whole grant (RFC 9700 section 4.14.2).
      grant.end = 'revoked';
      return this.refuse('refresh-token-used');
    }
    stored.usedAt ??= this.now();
    if (isSliding) grant.refreshEndsAt = this.after(refreshTokenSeconds(grant.scopes) ?? 0);
    return this.issue(grant, refreshAnswer, presented);
  }

  private async issue(grant: Grant, answer: Product['refreshAnswer'], presented?: string): Promise<Answer> {
    const { makeAccessToken, makeRefreshToken, accessTokenSeconds, extendAnswer } = this.product;
    const sign: Issue['sign'] = (payload, header) => this.keys.sign(payload, header);
    const issue: Issue = {
      issuer: this.issuer,
      grant,
      issuedAt: this.now(),
      claims: this.claimsFor(grant),
      sign,
    };
    const body = {
      access_token: await makeAccessToken(issue),
      token_type: grant.jkt === null ? 'Bearer' : 'DPoP',
      expires_in: accessTokenSeconds,
      scope: grant.scopes.join(' '),
      ...(answer === 'same' && { refresh_token: presented }),
      ...(answer === 'new' && { refresh_token: (await makeRefreshToken?.(issue)) ?? randomUUID() }),
      ...extendAnswer?.(issue),
    };
    if (answer === 'new') this.refreshTokens.set(String(body.refresh_token), { grant, usedAt: null });
    return { status: 200, body };
  }

  private claimsFor(grant: Grant): JsonObject {
    const claims = toClaims(grant.device, this.terms);
    if (!this.firstClaims.has(grant)) this.firstClaims.set(grant, claims);
    return this.product.keepsFirstClaims ? (this.firstClaims.get(grant) ?? claims) : claims;
  }

  private refuse(fault: Fault): Answer {
    const { status = 400, description, uri } = this.product.refusal(fault);
    const error = oauthErrors[fault];
    return { status, body: { error, error_description: description, error_uri: uri } };
  }

  private pendingCode(userCode: string): DeviceCode {
    const code = [...this.codes.values()].find((each) => each.userCode === userCode);
    if (!code) throw new Error(`The user code ${userCode} is not pending.`);
    return code;
  }

  private revokeToken(token: string): void {
    const grant = this.refreshTokens.get(token)?.grant;
    if (grant) grant.end ??= 'revoked';
  }

  private endGrants(deviceId: string, end: 'revoked' | 'too-old'): void {
    for (const grant of this.grants) if (grant.device.id === deviceId) grant.end ??= end;
  }

  private after(seconds: number): Date {
    return secondsAfter(this.now(), seconds);
  }
}
