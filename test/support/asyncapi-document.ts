import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

const require = createRequire(import.meta.url);

interface Message {
  readonly headers?: object;
  readonly payload: object;
  readonly examples?: readonly { readonly name: string; readonly payload: unknown }[];
}

export interface AsyncApiDocument {
  readonly channels: Record<string, { readonly address: string; readonly 'x-stream'?: string }>;
  readonly operations: Record<
    string,
    { readonly action: string; readonly channel: { readonly $ref: string } }
  >;
  readonly components: {
    readonly messages: Record<string, Message>;
    readonly schemas: Record<string, object>;
  };
  readonly 'x-permissions': Record<
    'register' | 'server',
    { account: string; subscribe: string[]; publish: string[] }
  >;
  readonly 'x-streams': Record<string, { readonly subjects: string[] }>;
}

export const asyncApiDocument = parse(
  readFileSync(new URL('../../docs/asyncapi.yaml', import.meta.url), 'utf8'),
) as AsyncApiDocument;

/** Returns the faults of the document by the schema of AsyncAPI 3.0.0. */
export function findFaultsOfDocument(): unknown[] {
  // The schema without ids: the other one contains draft 7 of JSON Schema twice.
  const schema = require('@asyncapi/specs/schemas/3.0.0-without-$id.json') as object;
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.validate(schema, asyncApiDocument);
  return ajv.errors ?? [];
}

/** Schemas that others extend: only the extending schema knows all members. */
const extended = ['EventEnvelope', 'LicenseView'];

/**
 * Returns a strict schema of the payload of a message. Unlike for subscribers, a member outside the document is a
 * fault.
 */
export function strictSchemaOf(message: string): ValidateFunction {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const { schemas, messages } = asyncApiDocument.components;
  const closed = Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, close(schema, !extended.includes(name))]),
  );
  const payload = messages[message]?.payload;
  if (payload === undefined) throw new Error(`The document has no message "${message}".`);
  return ajv.compile({
    ...payload,
    components: { schemas: closed },
    unevaluatedProperties: false,
  });
}

function close(schema: unknown, isClosed = true): unknown {
  if (Array.isArray(schema)) return schema.map((part) => close(part));
  if (typeof schema !== 'object' || schema === null) return schema;
  const parts = Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, close(part)]));
  return isClosed && 'properties' in schema ? { ...parts, unevaluatedProperties: false } : parts;
}
