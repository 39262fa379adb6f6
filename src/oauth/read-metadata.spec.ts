import { expect, it } from 'vitest';
import { checkMetadata, metadataUrls } from './read-metadata.js';

it('finds the metadata of an issuer with a path that is set with a slash at its end, and names the issuer to set', () => {
  const issuer = new URL('https://as.example/tenant/');
  expect(metadataUrls(issuer)).toContain('https://as.example/.well-known/oauth-authorization-server/tenant');
  expect(() =>
    checkMetadata({ issuer: 'https://as.example/tenant' }, { issuer, isInsecureAllowed: false }),
  ).toThrow(
    /must be \S+\/tenant\/; it is \S+\/tenant\. Remedy: set AUTH_SERVER_URL to the issuer as the metadata writes it/,
  );
});
