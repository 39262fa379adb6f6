import { diffieHellman, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import nacl from 'tweetnacl';
import { connectAs } from '../fixtures/connect-as.mjs';
import { makeRegister } from '../fixtures/make-register.mjs';
import { Subscribers } from '../fixtures/subscribers.mjs';

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const connectRegisters = {
  name: 'connect-registers',
  title: '1,000 registers connect together with their license tokens',
  how:
    'Each uses the client library, its own token and a new proof of its key, which the service verifies (auth callout). ' +
    'Baseline: 1,000 connections with a password that the broker knows, and then the cryptography that the protocol demands ' +
    'for each: four signatures, made and verified (the proof, the request of the broker, the answer to it and the user in ' +
    'it), and the encryption of request and answer (xkey), for each of which the broker computes the key again. ' +
    'One core does this one after the other; in the service, the part of the broker and the registers runs on others. ' +
    'Limit: 300 connections with tokens, as in a large ' +
    'shop, must be open within 2 s.',
  figures: { 'all in': 'ms', 'of it encryption': 'ms' },
  rounds: 15,
  targets: [
    {
      kind: 'ratio',
      ours: '1,000 with tokens',
      other: '1,000 with a password, and the cryptography',
      figure: 'all in',
      atMost: 1.3,
    },
    { kind: 'limit', ours: '300 with tokens', figure: 'all in', atMost: 2000 },
  ],
  async prepare(fixtures, { isQuick }) {
    const [service, broker, mock] = await Promise.all([
      fixtures.service(),
      fixtures.broker(),
      fixtures.mock(),
    ]);
    const count = isQuick ? 200 : 1_000;
    /** @type {import('@nats-io/transport-node').NodeConnectionOptions[]} */
    const withTokens = [];
    for (let number = 1; number <= count; number += 1) {
      withTokens.push(await makeRegister(broker.url, mock, number));
    }
    const withPassword = Array.from({ length: count }, () => connectAs(broker, 'register'));
    const few = withTokens.slice(0, 300);
    await connectAndClose(few);
    if (!(await service.as('GET', '/health')).ok) throw new Error('The service is not healthy.');
    return {
      contenders: [
        { name: '1,000 with tokens', round: () => connectAndClose(withTokens) },
        {
          name: '1,000 with a password, and the cryptography',
          round: async () => {
            const connected = await connectAndClose(withPassword);
            const encryptionMs = encryption(count);
            return {
              'all in': connected['all in'] + signatures(count) + encryptionMs,
              'of it encryption': encryptionMs,
            };
          },
        },
        { name: '300 with tokens', round: () => connectAndClose(few) },
      ],
    };
  },
};

/** @param {import('@nats-io/transport-node').NodeConnectionOptions[]} options */
async function connectAndClose(options) {
  const subscribers = new Subscribers();
  const ms = await subscribers.connect(options);
  await subscribers.stop();
  return { 'all in': ms };
}

const proofKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const natsKey = generateKeyPairSync('ed25519');
/** The request of the broker, the user and the answer around it. */
const natsTokens = [2_400, 1_000, 1_800].map((bytes) => Buffer.alloc(bytes, 'a'));
const proofText = Buffer.alloc(300, 'a');

/** Returns how long the signatures of so many logins take. @param {number} count */
function signatures(count) {
  const proofSigner = /** @type {const} */ ({ key: proofKey.privateKey, dsaEncoding: 'ieee-p1363' });
  const proofVerifier = /** @type {const} */ ({ key: proofKey.publicKey, dsaEncoding: 'ieee-p1363' });
  const startedAt = performance.now();
  for (let login = 0; login < count; login += 1) {
    const proof = sign('sha256', proofText, proofSigner);
    if (!verify('sha256', proofText, proofVerifier, proof)) throw new Error('A valid proof was refused.');
    for (const token of natsTokens) {
      const signature = sign(null, token, natsKey.privateKey);
      if (!verify(null, token, natsKey.publicKey, signature)) throw new Error('A valid token was refused.');
    }
  }
  return performance.now() - startedAt;
}

const brokerKey = generateKeyPairSync('x25519').privateKey;
const serviceKey = generateKeyPairSync('x25519').publicKey;

/** Returns how long the encryption of so many logins takes. @param {number} count */
function encryption(count) {
  const [request, , answer] = natsTokens;
  const startedAt = performance.now();
  for (let login = 0; login < count; login += 1) {
    for (const token of [request, answer]) {
      const key = diffieHellman({ privateKey: brokerKey, publicKey: serviceKey });
      const nonce = randomBytes(nacl.secretbox.nonceLength);
      const box = nacl.secretbox(token ?? nonce, nonce, key);
      if (nacl.secretbox.open(box, nonce, key) === null) throw new Error('A valid box was refused.');
    }
  }
  return performance.now() - startedAt;
}
