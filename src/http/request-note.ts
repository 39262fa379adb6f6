import type { FastifyRequest } from 'fastify';

/**
 * What a guard notes about a request for those who answer it. It stands in the request itself: entries of a WeakMap would
 * have to be looked at by each collection of garbage.
 */
export class RequestNote<T> {
  private readonly key = Symbol('note');

  /** @param missing what is wrong where nothing was noted */
  constructor(private readonly missing: string) {}

  write(request: FastifyRequest, value: T): void {
    (request as Noted<T>)[this.key] = value;
  }

  /** @throws if nothing was noted */
  read(request: FastifyRequest): T {
    const value = (request as Noted<T>)[this.key];
    if (value === undefined) throw new Error(this.missing);
    return value;
  }
}

type Noted<T> = FastifyRequest & Record<symbol, T | undefined>;
