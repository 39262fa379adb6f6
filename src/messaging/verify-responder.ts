import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PeerAdmission } from '../peers/peer-admission.js';
import { answerRequests } from './answer-requests.js';
import { FloodGuard } from './flood-guard.js';
import { RequestLink } from './request-link.js';

const maxBytes = 32 * 1024;

interface VerifyRequest {
  readonly token: string;
  readonly proof?: string;
  readonly htm?: string;
  readonly htu?: string;
}

/**
 * Answers `svc.licensing.verify` for services in any language. The request is `{token, proof?, htm?, htu?}`, the answer is
 * `{active: true, deviceId, kind, features, expiresAt}` or `{active: false, error}`.
 */
@Injectable()
export class VerifyResponder implements OnModuleInit {
  constructor(
    private readonly link: RequestLink,
    private readonly guard: FloodGuard,
    private readonly admission: PeerAdmission,
  ) {}

  onModuleInit(): void {
    answerRequests(
      this.link,
      { subject: 'svc.licensing.verify', guard: this.guard },
      async ({ data }, deviceId) =>
        JSON.stringify(await this.answer(data, deviceId ?? 'svc.licensing.verify')),
    );
  }

  private async answer(data: Uint8Array, address: string): Promise<object> {
    const request = readRequest(data);
    if (request === null) return { active: false, error: 'bad-request' };
    const { token, proof, htm, htu } = request;
    const verdict = await this.admission.admitHttp(
      { isBearer: proof === undefined, token, proof: proof ?? null, method: htm ?? '', urls: [htu ?? ''] },
      address,
    );
    if (verdict.kind === 'refused') {
      const nonce = verdict.code === 'nonce-required' && { nonce: this.admission.nonce };
      return { active: false, error: verdict.code, ...nonce };
    }
    const { deviceId, kind, features, usableUntil } = verdict.peer;
    return { active: true, deviceId, kind, features, expiresAt: usableUntil };
  }
}

function readRequest(data: Uint8Array): VerifyRequest | null {
  if (data.length > maxBytes) return null;
  try {
    const value = JSON.parse(new TextDecoder().decode(data)) as Record<string, unknown> | null;
    const { token, proof, htm, htu } = value ?? {};
    return typeof token === 'string' && [proof, htm, htu].every(isTextOrAbsent)
      ? (value as unknown as VerifyRequest)
      : null;
  } catch {
    return null;
  }
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}
