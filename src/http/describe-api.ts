import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { serviceVersion } from '../config/service-version.js';
import { licenseViewSchema, requireAllMembers } from '../domain/license-view-schema.js';

/** Returns the OpenAPI document of the service. The build stores it, so that the service starts without the generator. */
export function describeApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('POS licensing service')
    .setDescription('Acquire, watch, refresh and remove the license of this POS server.')
    .setVersion(serviceVersion)
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'The admin token.' })
    .build();
  const document = SwaggerModule.createDocument(app, config);
  // Routes refer to the schema of the license view.
  const schemas = { ...document.components?.schemas, LicenseView: requireAllMembers(licenseViewSchema) };
  const { '/api/license': license, ...others } = document.paths;
  const paths = {
    '/api/license': { get: licenseRoute, ...license },
    ...others,
    '/auth/verify': { get: verifyRoute },
  };
  return { ...document, paths, components: { ...document.components, schemas } };
}

const ofPeers = {
  401: problem('unauthorized'),
  403: problem(
    'server-unlicensed, foreign-organization, wrong-device-kind, wrong-hub, license-expired, device-revoked',
  ),
};

// The routes without a controller.
const licenseRoute = {
  operationId: 'LicenseViewController_read',
  summary: 'Get the license',
  tags: ['license'],
  security: [{ bearer: [] }],
  responses: {
    200: {
      description: '',
      content: { 'application/json': { schema: { $ref: '#/components/schemas/LicenseView' } } },
    },
    ...ofPeers,
  },
};

const verifyRoute = {
  operationId: 'PeersController_verify',
  summary: 'Authorizes a request for a local reverse proxy',
  tags: ['peers'],
  security: [{ bearer: [] }],
  responses: {
    204: {
      description:
        'With X-Device-Id, X-Device-Kind and X-Features: the features, separated by commas. In a feature, each byte of UTF-8 other than A-Z, a-z, 0-9, ".", "_", ":" and "-" is percent-encoded.',
    },
    ...ofPeers,
  },
};

function problem(description: string) {
  return {
    description,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}
