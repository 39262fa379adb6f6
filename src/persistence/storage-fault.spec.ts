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
  ])('says what %s means', (code, words) => {
    expect(explainStorageFault(faultOf(code))).toMatch(words);
    expect(explainStorageFault(Object.assign(new Error('query'), { driverError: faultOf(code) }))).toMatch(
      words,
    );
  });

  it.each([faultOf('SQLITE_CONSTRAINT'), faultOf(507), new Error('another'), 'no error', null])(
    'leaves %o to others',
    (error) => {
      expect(explainStorageFault(error)).toBeNull();
    },
  );
});
