import type { ValueTransformer } from 'typeorm';

/** Keeps an instant as Unix milliseconds. PostgreSQL hands a bigint back as a string. */
export const instantTransformer: ValueTransformer = {
  to: (value: Date | null | undefined) => value?.getTime() ?? value,
  from: (value: string | number | null) => (value === null ? null : new Date(Number(value))),
};

/** Keeps a whole number beyond 32 bits. */
export const bigintTransformer: ValueTransformer = {
  to: (value: number) => value,
  from: (value: string | number) => Number(value),
};

/** The same where there may be none. */
export const optionalBigintTransformer: ValueTransformer = {
  to: (value: number | null) => value,
  from: (value: string | number | null) => (value === null ? null : Number(value)),
};
