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
  return { ...document, components: { ...document.components, schemas } };
}
