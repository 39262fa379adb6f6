import { QueryRunnerAlreadyReleasedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { explainStorageFault } from './storage-fault.js';

const faultOf = (code: unknown) => Object.assign(new Error('failed'), { code });

describe('explainStorageFault', () => {
  it.each([
    ['SQLITE_FULL', /disk .* full/],
    ['SQLITE_READONLY_DBMOVED', /read-only/],
    ['SQLITE_IOERR_WRITE', /disk .* errors/],
    ['53100', /PostgreSQL is full/],
    ['25006', /read-only/],
    ['53300', /maximum number of connections/],
    ['57P01', /stopping or starting/],
    ['ECONNREFUSED', /cannot be reached/],
    ['ECONNRESET', /connection .* was lost/],
    ['08006', /connection .* was lost/],
  ])('explains the code %s', (code, words) => {
    expect(explainStorageFault(faultOf(code))).toMatch(words);
    expect(explainStorageFault(Object.assign(new Error('query'), { driverError: faultOf(code) }))).toMatch(
      words,
    );
  });

  it.each([
    new Error('Connection terminated unexpectedly'),
    new Error('Client has encountered a connection error and is not queryable'),
    new Error('timeout exceeded when trying to connect'),
    new QueryRunnerAlreadyReleasedError(),
  ])('recognizes a broken connection by its message: %o', (error) => {
    expect(explainStorageFault(error)).toMatch(/connection .* was lost/);
  });

  it.each([faultOf('SQLITE_CONSTRAINT'), faultOf(507), new Error('another'), 'no error', null])(
    'returns null for %o',
    (error) => {
      expect(explainStorageFault(error)).toBeNull();
    },
  );
});
