// The same framework with routes that do nothing: the cost of a request without our code. HEADERS are those of its answers.
import { Controller, Get, Header, HttpCode } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';

const body = JSON.parse(process.env['BODY'] ?? '{}');
/** @type {Record<string, string>} */
const headers = JSON.parse(process.env['HEADERS'] ?? '{}');
const constants = Object.entries(headers).map(([name, value]) => Header(name, value));

class EmptyRoutes {
  json() {
    return body;
  }

  nothing() {
    return undefined;
  }
}

/** @param {string} method @param {MethodDecorator[]} decorators */
function decorate(method, ...decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(EmptyRoutes.prototype, method);
  if (descriptor === undefined) throw new Error(`EmptyRoutes has no method ${method}.`);
  for (const decorator of decorators) decorator(EmptyRoutes.prototype, method, descriptor);
}

decorate('json', Get('json'), ...constants);
decorate('nothing', Get('nothing'), HttpCode(204), ...constants);
Controller()(EmptyRoutes);

const module = { module: EmptyRoutes, controllers: [EmptyRoutes] };
/** @type {import('@nestjs/platform-fastify').NestFastifyApplication} */
const app = await NestFactory.create(module, new FastifyAdapter(), { logger: ['error'] });
await app.listen(0, '127.0.0.1');
console.log(`Listening on ${await app.getUrl()}.`);
