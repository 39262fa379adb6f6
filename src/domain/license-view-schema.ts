import { licenseStatuses, tokenStatuses } from './license-status.js';
import { standingLimits, standingReasons } from './standing.js';
import { licenseReasons } from './transitions.js';

const text = { type: 'string' } as const;
const optionalText = { type: ['string', 'null'] } as const;
const instant = { type: 'string', format: 'date-time', pattern: 'Z$' } as const;
const optionalInstant = { type: ['string', 'null'], format: 'date-time', pattern: 'Z$' } as const;

/**
 * Describes the license view: the license as shown by the page, the API and events. Unknown values are `null`. This JSON
 * Schema is the only description: `LicenseView` is its type, OpenAPI serves it, and `npm run docs` writes it into the
 * AsyncAPI document and the types of the client library. Every listed member is required.
 */
export const licenseViewSchema = {
  title: 'LicenseView',
  description: 'The license of a server. Times are ISO 8601 in UTC, and unknown values are `null`.',
  type: 'object',
  properties: {
    status: { title: 'LicenseStatus', enum: licenseStatuses },
    statusText: { ...text, description: 'The label of the status on the Manage License page.' },
    reason: {
      title: 'LicenseReason',
      enum: [...licenseReasons, null],
      description: 'Why the server last published its license.',
    },
    serverId: optionalText,
    serverName: optionalText,
    organization: {
      title: 'Organization',
      description: 'The organization that owns the license at the Authorization server.',
      type: ['object', 'null'],
      properties: { id: text, name: text },
    },
    renewalDate: {
      ...optionalInstant,
      description: 'The date by which the license must be renewed; `null` if never.',
    },
    features: { type: 'array', items: text },
    hub: {
      title: 'HubServer',
      description: 'The hub server: the server that this one connects to.',
      type: ['object', 'null'],
      properties: {
        id: text,
        name: text,
        url: {
          ...optionalText,
          description: 'As entered at the Authorization server; `null` if none is entered.',
        },
      },
    },
    token: {
      type: 'object',
      properties: {
        status: {
          title: 'TokenStatus',
          enum: tokenStatuses,
          description: '`expiring`: the warning time is reached and no refresh succeeded.',
        },
        expiresAt: {
          ...optionalInstant,
          description: 'The date by which a new license token must be obtained.',
        },
        issuedAt: optionalInstant,
        nextRefreshAt: optionalInstant,
      },
    },
    connection: {
      description: 'The connection of the server to the Authorization server.',
      type: 'object',
      properties: {
        online: {
          type: 'boolean',
          description: 'Whether the Authorization server answered the last request.',
        },
        offlineSince: optionalInstant,
        lastContactAt: optionalInstant,
        lastError: {
          title: 'ConnectionError',
          description: 'The last failure between the server and the Authorization server.',
          type: ['object', 'null'],
          properties: { code: text, message: text, at: instant },
        },
      },
    },
    standing: {
      title: 'ServerStanding',
      description:
        'Whether registers of this server can sell now, and until when if nothing changes, judged from the side of the ' +
        'server alone. In a stored event it holds at the `time` of the event.',
      type: 'object',
      properties: {
        isLicensed: { type: 'boolean' },
        reason: { enum: standingReasons },
        usableUntil: {
          ...optionalInstant,
          description: 'The end of the license token or the renewal date; `null` if registers cannot sell.',
        },
        limitedBy: { enum: [...standingLimits, null], description: 'What ends at `usableUntil`.' },
      },
    },
    clockSuspect: { type: 'boolean' },
    reauthorizationRequired: {
      type: 'boolean',
      description: 'Whether somebody must authorize this server again before its token expires.',
    },
    serviceVersion: { ...text, description: 'The version of the licensing service.' },
    sequence: {
      ...optionalText,
      pattern: '^[0-9]{16}$',
      description: 'The number of the last event: sixteen digits, so that string order equals numeric order.',
    },
  },
} as const;

/** The license view in memory: times are `Date`. */
export type LicenseView = Described<typeof licenseViewSchema>;

/** The type of the values that a part of the schema describes. */
type Described<Schema> = Schema extends { readonly enum: readonly (infer Value)[] }
  ? Value
  : Schema extends { readonly type: readonly [infer Type, 'null'] }
    ? DescribedAs<Type, Schema> | null
    : Schema extends { readonly type: infer Type }
      ? DescribedAs<Type, Schema>
      : never;

type DescribedAs<Type, Schema> = Schema extends { readonly properties: infer Properties }
  ? { readonly [Name in keyof Properties]: Described<Properties[Name]> }
  : Schema extends { readonly items: infer Item }
    ? readonly Described<Item>[]
    : Schema extends { readonly format: 'date-time' }
      ? Date
      : Type extends 'boolean'
        ? boolean
        : Type extends 'integer'
          ? number
          : string;

/** Adds to each object of a schema that all its members are required. */
export function requireAllMembers(schema: object): object {
  const parts = Object.entries(schema).map(([key, part]) => [
    key,
    typeof part === 'object' && part !== null && !Array.isArray(part) ? requireAllMembers(part) : part,
  ]);
  const properties = 'properties' in schema ? (schema.properties as object) : null;
  return Object.fromEntries([...parts, ...(properties ? [['required', Object.keys(properties)]] : [])]);
}
