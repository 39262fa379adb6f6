import { QueryRunnerAlreadyReleasedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { explainStorageFault } from './storage-fault.js';

const faultOf = (code: unknown) => Object.assign(new Error('failed'), { code });

describe('explainStorageFault', () => {
  it.each([
    ['SQLITE_FULL', /disk .* full/],
    ['SQLITE_READONLY_DBMOVED', /only be read/],
    ['SQLITE_IOERR_WRITE', /disk .* fails/],
    ['53100', /PostgreSQL is full/],
    ['25006', /no writes/],
    ['53300', /no more connections/],
    ['57P01', /stops or starts/],
    ['ECONNREFUSED', /cannot be reached/],
    ['ECONNRESET', /connection .* broke/],
    ['08006', /connection .* broke/],
  ])('says what %s means', (code, words) => {
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
  ])('knows a broken connection by what is said of it: %o', (error) => {
    expect(explainStorageFault(error)).toMatch(/connection .* broke/);
  });

  it.each([faultOf('SQLITE_CONSTRAINT'), faultOf(507), new Error('another'), 'no error', null])(
    'leaves %o to others',
    (error) => {
      expect(explainStorageFault(error)).toBeNull();
    },
  );
});
