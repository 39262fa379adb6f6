// An empty, unbundled Nest application with the same adapter, TypeORM and SQLite: the cost of a start without our modules.
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import { loadBuilt } from '../fixtures/load-built.mjs';

class EmptyApp {
  startedAt = Date.now();
}

const { Sqlite } = await loadBuilt('persistence/sqlite');
const dataSource = await new DataSource({
  type: 'better-sqlite3',
  driver: Sqlite,
  database: process.env['DATABASE_FILE'] ?? ':memory:',
  enableWAL: true,
}).initialize();
await dataSource.query('SELECT 1');

/** @type {import('@nestjs/platform-fastify').NestFastifyApplication} */
const app = await NestFactory.create(
  { module: EmptyApp, providers: [{ provide: DataSource, useValue: dataSource }] },
  new FastifyAdapter(),
  { logger: ['error'] },
);
await app.listen(0, '127.0.0.1');
console.log(`Listening on ${await app.getUrl()}.`);
