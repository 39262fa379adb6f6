import { type ArgumentsHost, BadRequestException, Logger, NotFoundException } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProblemException, type Problem } from './problem.js';
import { ProblemFilter } from './problem-filter.js';

const logged = vi.fn();

/** Returns the answer of the filter to an error. */
function answerTo(error: unknown) {
  const answer = { status: 0, headers: {}, type: '', problem: {} as Problem };
  const reply = {
    status: (status: number) => Object.assign(answer, { status }) && reply,
    headers: (headers: object) => Object.assign(answer, { headers }) && reply,
    type: (type: string) => Object.assign(answer, { type }) && reply,
    send: (problem: Problem) => Object.assign(answer, { problem }) && reply,
  };
  const host = {
    switchToHttp: () => ({ getRequest: () => null, getResponse: () => reply }),
  } as unknown as ArgumentsHost;
  new ProblemFilter().catch(error, host);
  return answer;
}

describe('ProblemFilter', () => {
  beforeEach(() => {
    logged.mockReset();
    vi.spyOn(Logger.prototype, 'error').mockImplementation(logged);
  });

  afterEach(() => void vi.restoreAllMocks());

  it('answers a ProblemException with its code, detail and headers', () => {
    const headers = { 'retry-after': '2' };
    expect(answerTo(new ProblemException(409, 'license-present', 'Remove it first.', headers))).toEqual({
      status: 409,
      headers,
      type: 'application/problem+json; charset=utf-8',
      problem: {
        type: 'urn:pos-licensing:problem:license-present',
        title: 'Conflict',
        status: 409,
        code: 'license-present',
        detail: 'Remove it first.',
      },
    });
    expect(logged).not.toHaveBeenCalled();
  });

  it('joins the faults of a refused body', () => {
    const { problem } = answerTo(new BadRequestException(['limit must be a number', 'x should not exist']));
    expect(problem).toMatchObject({
      status: 400,
      code: 'bad-request',
      detail: 'limit must be a number; x should not exist',
    });
  });

  it('truncates the detail to 500 characters', () => {
    expect(answerTo(new NotFoundException('x'.repeat(10_000))).problem.detail).toHaveLength(500);
  });

  it.each([
    [413, 'payload-too-large'],
    [415, 'unsupported-media-type'],
    [431, 'request-header-fields-too-large'],
  ])('keeps the status %i of an error of Fastify, with the code %s', (statusCode, code) => {
    const error = Object.assign(new Error('refused'), { statusCode });
    expect(answerTo(error)).toMatchObject({ status: statusCode, problem: { code, detail: 'refused' } });
  });

  it.each([
    ['an error', new Error('password=secret at /srv/app.js:1')],
    ['an error with an invalid status', Object.assign(new Error('secret'), { statusCode: 'secret' })],
    ['an error with a success status', Object.assign(new Error('secret'), { statusCode: 200 })],
    ['a string', 'secret'],
    ['undefined', undefined],
  ])('logs %s without revealing it to the caller', (_what, error) => {
    const answer = answerTo(error);
    expect(answer).toMatchObject({ status: 500, problem: { code: 'internal-error' } });
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(logged).toHaveBeenCalledOnce();
  });
});
