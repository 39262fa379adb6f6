import type { MockContext } from '../mock-context.js';
import { dpopAlgs } from './dpop-proof.js';
import { endpointPaths } from './endpoint-paths.js';

export const deviceCodeGrantType = 'urn:ietf:params:oauth:grant-type:device_code';

/** Returns the metadata of this server (RFC 8414 section 2). The DPoP algorithms announce DPoP (RFC 9449 section 5.1). */
export function describeServer(context: MockContext): Record<string, unknown> {
  const { issuer, publicUrl } = context.urls;
  return {
    issuer,
    device_authorization_endpoint: issuer + endpointPaths.deviceAuthorization,
    token_endpoint: issuer + endpointPaths.token,
    revocation_endpoint: issuer + endpointPaths.revocation,
    introspection_endpoint: issuer + endpointPaths.introspection,
    // The pages for people: a client displays this URL before it has a verification_uri.
    service_documentation: `${publicUrl}/organizations`,
    jwks_uri: issuer + endpointPaths.jwks,
    grant_types_supported: [deviceCodeGrantType, 'refresh_token'],
    response_types_supported: [],
    token_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint_auth_methods_supported: ['none'],
    introspection_endpoint_auth_methods_supported: ['none'],
    ...(context.settings.hasStatusList
      ? { status_list_aggregation_endpoint: issuer + endpointPaths.statusLists }
      : {}),
    ...(context.settings.dpop === 'off' ? {} : { dpop_signing_alg_values_supported: dpopAlgs }),
  };
}
