import { verify } from 'node:crypto';
import { JwtVerifier } from 'aws-jwt-verify';
import { createVerifier } from 'fast-jwt';
import { jwtVerify } from 'jose';
import { cpuPerOperation } from '../harness/cpu-per-operation.mjs';
import { createVerifiers } from '../fixtures/create-verifier.mjs';
import { audience, issuer, TokenIssuer } from '../fixtures/token-issuer.mjs';

/** V8 compiles the code of a verification again until some 15,000. */
const warmUps = 10;

const others = ['fast-jwt', 'aws-jwt-verify', 'jose'];

/** @param {import('../fixtures/token-issuer.mjs').Algorithm} algorithm @returns {import('../harness/benchmark.mjs').Benchmark} */
const verifyFirst = (algorithm) => ({
  name: `verify-first-${algorithm.toLowerCase()}`,
  title: `Verify a license token at first sight, ${algorithm}`,
  how:
    'The verifier of the service (from build/, because a public interface would measure HTTP or NATS) with every check of a ' +
    'license token, including revocation. node:crypto verifies the same bytes with a prepared key. The libraries check ' +
    'signature, issuer, audience and expiry, without a cache.',
  figures: { cpu: 'µs CPU' },
  rounds: 15,
  targets: [
    {
      kind: 'ratio',
      ours: 'service',
      other: 'node:crypto',
      figure: 'cpu',
      // A signature with RSA is verified in a third of the time, so the same other work is a larger part.
      atLeast: algorithm === 'RS256' ? 0.7 : 0.8,
    },
    ...others.map((other) => ({
      kind: /** @type {const} */ ('ratio'),
      ours: 'service',
      other,
      figure: 'cpu',
      atLeast: 1,
    })),
  ],
  exception:
    'At par with fast-jwt, 0.96 to 1.02 in each run: nine tenths are the signature, and the rest has more checks than theirs.',
  async prepare(_fixtures, { isQuick }) {
    const issuing = new TokenIssuer(algorithm);
    const tokens = Array.from({ length: isQuick ? 500 : 1_500 }, (_, index) => issuing.licenseToken(index));
    const verifiers = await createVerifiers(issuing);
    /** @param {string} name @param {() => unknown} work */
    const contender = (name, work) => ({ name, round: () => cpuPerOperation(tokens.length, work) });
    const contenders = [
      contender('service', () => verifyAll(verifiers.make(), tokens)),
      contender('node:crypto', readyToVerify(issuing, tokens)),
      contender('fast-jwt', readyForFastJwt(issuing, tokens)),
      contender('aws-jwt-verify', readyForAws(issuing, tokens)),
      contender('jose', readyForJose(issuing, tokens)),
    ];
    for (let warmUp = 0; warmUp < warmUps; warmUp += 1) for (const { round } of contenders) await round();
    return { contenders };
  },
});

/** @param {import('../../src/peers/peer-verifier.js').PeerVerifier} verifier @param {readonly string[]} tokens */
function verifyAll(verifier, tokens) {
  for (const token of tokens) {
    if (verifier.verifyOffline(token).kind !== 'accepted') throw new Error('A valid token was refused.');
  }
}

/** @param {TokenIssuer} issuing @param {readonly string[]} tokens */
function readyToVerify({ algorithm, publicKey }, tokens) {
  const signed = tokens.map((token) => {
    const dot = token.lastIndexOf('.');
    return {
      input: Buffer.from(token.slice(0, dot)),
      signature: Buffer.from(token.slice(dot + 1), 'base64url'),
    };
  });
  const digest = algorithm === 'EdDSA' ? null : 'sha256';
  const key =
    algorithm === 'ES256' ? { key: publicKey, dsaEncoding: /** @type {const} */ ('ieee-p1363') } : publicKey;
  return () => {
    for (const { input, signature } of signed) {
      if (!verify(digest, input, key, signature)) throw new Error('A valid signature was refused.');
    }
  };
}

/** @param {TokenIssuer} issuing @param {readonly string[]} tokens */
function readyForFastJwt({ algorithm, publicKey }, tokens) {
  const check = createVerifier({
    key: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    algorithms: [algorithm],
    allowedIss: issuer,
    allowedAud: audience,
    checkTyp: 'at+jwt',
    cache: false,
  });
  return () => {
    for (const token of tokens) check(token);
  };
}

/** @param {TokenIssuer} issuing @param {readonly string[]} tokens */
function readyForAws({ publicJwk }, tokens) {
  const verifier = JwtVerifier.create({ issuer, audience, jwksUri: `${issuer}/jwks` });
  verifier.cacheJwks({ keys: [/** @type {any} */ ({ use: 'sig', ...publicJwk })] });
  return () => {
    for (const token of tokens) verifier.verifySync(token);
  };
}

/** @param {TokenIssuer} issuing @param {readonly string[]} tokens */
function readyForJose({ algorithm, publicKey }, tokens) {
  const options = { issuer, audience, algorithms: [algorithm], typ: 'at+jwt' };
  return async () => {
    for (const token of tokens) await jwtVerify(token, publicKey, options);
  };
}

export const verifyFirstEs256 = verifyFirst('ES256');
export const verifyFirstEdDsa = verifyFirst('EdDSA');
export const verifyFirstRs256 = verifyFirst('RS256');
