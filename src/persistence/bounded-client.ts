import { Client, type ClientConfig } from 'pg';

/**
 * Opens PostgreSQL connections that all close as soon as one query gets no answer. `pg` itself only rejects the query and
 * would send the next one to the same silent server; the other connections of that moment are as silent.
 */
export function boundedClient(): typeof Client {
  const open = new Set<BoundedClient>();

  class BoundedClient extends Client {
    constructor(config?: string | ClientConfig) {
      super(config);
      open.add(this);
      this.once('end', () => open.delete(this));
      const query = this.query.bind(this) as (...args: unknown[]) => unknown;
      this.query = (...args: unknown[]): never => {
        const result = query(...args);
        if (result instanceof Promise) result.catch(closeAfterSilence);
        return result as never;
      };
    }

    /** `pg` declares no other way to close a connection without a reply of the server. */
    close(): void {
      (this as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    }
  }

  function closeAfterSilence(error: unknown): void {
    if (!(error instanceof Error) || error.message !== 'Query read timeout') return;
    for (const client of open) client.close();
  }

  return BoundedClient;
}
