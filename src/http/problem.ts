import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';

/** Problem details of an error (RFC 9457). */
export class Problem {
  @ApiProperty({ example: 'urn:pos-licensing:problem:authorization-pending' })
  type!: string;

  @ApiProperty({ example: 'Conflict' })
  title!: string;

  @ApiProperty({ example: 409 })
  status!: number;

  @ApiProperty({ example: 'authorization-pending', description: 'Stable, for programs.' })
  code!: string;

  @ApiProperty({ example: 'Nobody has entered the user code yet. Enter it, then try again.' })
  detail!: string;
}

export const problemContentType = 'application/problem+json; charset=utf-8';

/** Returns the problem details of an error. */
export function toProblem(status: number, code: string, detail: string): Problem {
  return {
    type: `urn:pos-licensing:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    detail,
  };
}

/** Becomes an answer with problem details: controllers throw it, and the filter sends it. */
export class ProblemException extends HttpException {
  constructor(
    status: number,
    readonly code: string,
    readonly detail: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail, status);
  }
}
