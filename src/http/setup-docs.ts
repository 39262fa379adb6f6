import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { serviceVersion } from '../config/service-version.js';
import { licenseViewSchema, requireAllMembers } from '../domain/license-view-schema.js';

/** Serves the OpenAPI document at `/openapi.json`, and a page that shows it at `/docs`. */
export function setupDocs(app: INestApplication, publicUrl?: URL): void {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('POS licensing service')
    .setDescription('Acquire, watch, refresh and remove the license of this POS server.')
    .setVersion(serviceVersion)
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'The admin token.' })
    .build();
  if (publicUrl !== undefined) config.servers = [{ url: publicUrl.href.replace(/\/+$/, '') }];
  SwaggerModule.setup('docs', app, () => addLicenseView(SwaggerModule.createDocument(app, config)), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    // Without the top bar: the script that adds its logo adds an inline style, which the policy blocks.
    swaggerOptions: { layout: 'BaseLayout' },
  });
}

/** Adds the schema of the license view, to which routes refer. */
function addLicenseView(document: OpenAPIObject): OpenAPIObject {
  const schemas = { ...document.components?.schemas, LicenseView: requireAllMembers(licenseViewSchema) };
  return { ...document, components: { ...document.components, schemas } };
}
