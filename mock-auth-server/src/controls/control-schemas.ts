import { endpointPaths } from '../oauth/endpoint-paths.js';
import { faultModes } from './faults.js';

/** The JSON Schemas of the control bodies. Sizes are bounded and unknown fields are refused. */
const text = (maxLength: number): object => ({ type: 'string', minLength: 1, maxLength });
const orNull = (schema: { type?: string }): object => ({ ...schema, type: [schema.type, 'null'] });
const body = (properties: Record<string, object>, required: string[] = []): object => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

export const controlSchemas = {
  approve: body({ userCode: text(40), deviceId: text(100) }, ['userCode', 'deviceId']),
  deny: body({ userCode: text(40) }, ['userCode']),
  license: body({
    expiresOn: orNull(text(40)),
    features: {
      type: 'array',
      maxItems: 20,
      uniqueItems: true,
      items: { type: 'string', pattern: '^[a-z][a-z0-9-]{0,39}$' },
    },
    isActive: { type: 'boolean' },
    count: { type: 'integer', minimum: 0, maximum: 1_000_000 },
  }),
  device: body({ hubId: orNull(text(100)), name: text(100), url: orNull(text(500)) }),
  token: body(
    {
      deviceId: text(100),
      ttlSeconds: { type: 'integer', minimum: -31_536_000, maximum: 315_360_000 },
      dpopJwk: { type: 'object', maxProperties: 20 },
    },
    ['deviceId'],
  ),
  faults: body(
    {
      mode: { enum: faultModes },
      count: { type: 'integer', minimum: 1, maximum: 1_000_000 },
      delayMs: { type: 'integer', minimum: 0, maximum: 600_000 },
      skewSeconds: { type: 'integer', minimum: -315_360_000, maximum: 315_360_000 },
      retryAfterSeconds: { type: 'integer', minimum: 0, maximum: 86_400 },
      on: { enum: Object.values(endpointPaths) },
      status: { type: 'integer', minimum: 200, maximum: 599 },
      headers: {
        type: 'object',
        maxProperties: 50,
        additionalProperties: { type: 'string', maxLength: 8000 },
      },
      body: {},
    },
    ['mode'],
  ),
} as const;
