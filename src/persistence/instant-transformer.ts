import type { ValueTransformer } from 'typeorm';

/** Stores an instant as Unix milliseconds. PostgreSQL returns a bigint as a string. */
export const instantTransformer: ValueTransformer = {
  to: (value: Date | null | undefined) => value?.getTime() ?? value,
  from: (value: string | number | null) => (value === null ? null : new Date(Number(value))),
};

/** Stores an integer of more than 32 bits. */
export const bigintTransformer: ValueTransformer = {
  to: (value: number) => value,
  from: (value: string | number) => Number(value),
};

/** The same for a nullable column. */
export const optionalBigintTransformer: ValueTransformer = {
  to: (value: number | null) => value,
  from: (value: string | number | null) => (value === null ? null : Number(value)),
};
