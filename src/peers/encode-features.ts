const plain = /^[\w.:-]*$/;

/**
 * Encodes features for the header `X-Features`, separated by commas. Each byte of UTF-8 other than `A-Za-z0-9._:-` is
 * percent-encoded: a comma in a feature would otherwise read as two features.
 */
export function encodeFeatures(features: readonly string[]): string {
  return features.map((feature) => encode(feature)).join(',');
}

function encode(feature: string): string {
  if (plain.test(feature)) return feature;
  return encodeURIComponent(feature.replaceAll(/\p{Cs}/gu, '\uFFFD'))
    .replaceAll('%3A', ':')
    .replace(/[!'()*~]/g, (character) => `%${character.codePointAt(0)?.toString(16).toUpperCase()}`);
}
