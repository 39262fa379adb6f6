import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { openPostgres } from './open-postgres.js';

/** The first answer of PgBouncer 1.x to a connection with a startup parameter that it does not track. */
function errorOfPgBouncer(): Buffer {
  const fields = Buffer.from('SFATAL\0C08P01\0Munsupported startup parameter: statement_timeout\0\0');
  const head = Buffer.from('E\0\0\0\0');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

it('refuses a connection pooler in place of PostgreSQL and names the remedy', async () => {
  const pooler = createServer((socket) => socket.once('data', () => socket.end(errorOfPgBouncer())));
  pooler.listen(0, '127.0.0.1');
  await once(pooler, 'listening');
  const { port } = pooler.address() as AddressInfo;
  await expect(openPostgres(`postgres://pos:secret@127.0.0.1:${port}/pos`, 'never')).rejects.toMatchObject({
    code: 'database-server-unusable',
    message: expect.stringMatching(
      /^DATABASE_URL names a connection pooler .*use the address of PostgreSQL itself/,
    ),
  });
  pooler.close();
});
