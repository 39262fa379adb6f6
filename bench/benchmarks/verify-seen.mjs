import { hash } from 'node:crypto';
import { cpuPerOperation } from '../harness/cpu-per-operation.mjs';
import { createVerifiers } from '../fixtures/create-verifier.mjs';
import { TokenIssuer } from '../fixtures/token-issuer.mjs';

const registers = 1_000;

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const verifySeen = {
  name: 'verify-seen',
  title: 'Verify a license token that was seen before',
  how:
    'The tokens of a thousand registers, each as a new string, as from HTTP. Baseline: one SHA-256 of the token, one lookup ' +
    'in a map and one read of the clock.',
  figures: { cpu: 'µs CPU' },
  rounds: 15,
  targets: [{ kind: 'ratio', ours: 'service', other: 'SHA-256 and map', figure: 'cpu', atLeast: 0.7 }],
  async prepare(_fixtures, { isQuick }) {
    const issuing = new TokenIssuer('ES256');
    const tokens = Array.from({ length: registers }, (_, index) => issuing.licenseToken(index));
    const passes = isQuick ? 20 : 60;
    const verifier = (await createVerifiers(issuing)).make();
    const ends = new Map(tokens.map((token) => [hash('sha256', token, 'base64'), Date.now() + 3_600_000]));
    for (const token of tokens) verifier.verifyOffline(token);
    const service = (/** @type {string} */ token) => verifier.verifyOffline(token).kind === 'accepted';
    const floor = (/** @type {string} */ token) =>
      (ends.get(hash('sha256', token, 'base64')) ?? 0) > Date.now();
    /** @param {(token: string) => boolean} check */
    const round = (check) => {
      const fresh = Array.from({ length: passes }, () => tokens.map(copy)).flat();
      return cpuPerOperation(fresh.length, () => {
        for (const token of fresh) if (!check(token)) throw new Error('A valid token was refused.');
      });
    };
    await round(service);
    await round(floor);
    return {
      contenders: [
        { name: 'service', round: () => round(service) },
        { name: 'SHA-256 and map', round: () => round(floor) },
      ],
    };
  },
};

/** @param {string} text */
function copy(text) {
  return Buffer.from(text, 'latin1').toString('latin1');
}
