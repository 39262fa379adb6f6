import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
}

/** The first and the last moment as UTCTime, such as `000101000000Z`. */
export type Validity = readonly [from: string, to: string];

/** The certificate authority of a shop's own network, which no machine trusts by default. */
export interface CertificateAuthority {
  /** The certificate as PEM, as `NODE_EXTRA_CA_CERTS` requires. */
  readonly certificate: string;
  /** Issues a certificate for a DNS name and for 127.0.0.1. Without a validity it is valid. */
  issue(hostName: string, validity?: Validity): ServerCertificate;
}

const ecdsaWithSha256 = der(0x30, Buffer.from('06082a8648ce3d040302', 'hex'));
const commonName = Buffer.from('0603550403', 'hex');
const basicConstraints = Buffer.from('0603551d13', 'hex');
const subjectAltName = Buffer.from('0603551d11', 'hex');

/** Creates an authority with a new key. */
export function createCertificateAuthority(): CertificateAuthority {
  const authority = 'Shop network authority';
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const isAuthority = extension(basicConstraints, der(0x30, Buffer.from('0101ff', 'hex')));
  return {
    certificate: certify(authority, publicKey, authority, privateKey, isAuthority),
    issue: (hostName, validity) => {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const names = der(0x30, der(0x82, Buffer.from(hostName)), der(0x87, Buffer.from([127, 0, 0, 1])));
      return {
        key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        cert: certify(
          hostName,
          pair.publicKey,
          authority,
          privateKey,
          extension(subjectAltName, names),
          validity,
        ),
      };
    },
  };
}

/** At each date of a test, and at the date of the broker, which may differ (`npm run test:dates`). */
const always: Validity = ['000101000000Z', '491231235959Z'];

/** Returns an X.509 certificate (RFC 5280 section 4.1) of version 3. */
function certify(
  subject: string,
  publicKey: KeyObject,
  issuer: string,
  issuerKey: KeyObject,
  onlyExtension: Buffer,
  [from, to] = always,
): string {
  const content = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    // A serial number is positive.
    der(0x02, Buffer.from([1]), randomBytes(8)),
    ecdsaWithSha256,
    name(issuer),
    der(0x30, utcTime(from), utcTime(to)),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, onlyExtension)),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', content, issuerKey));
  const base64 = der(0x30, content, ecdsaWithSha256, signature).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

/** Returns one element of the Distinguished Encoding Rules, up to 65,535 bytes long. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function name(text: string): Buffer {
  return der(0x30, der(0x31, der(0x30, commonName, der(0x0c, Buffer.from(text)))));
}

function extension(id: Buffer, value: Buffer): Buffer {
  return der(0x30, id, der(0x04, value));
}

function utcTime(text: string): Buffer {
  return der(0x17, Buffer.from(text));
}
