import { Controller, Get, NotFoundException, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pageAssets } from './page-assets.js';

/** Serves what pages load. Nothing of it is secret, and nothing but what is listed can be asked for. */
@ApiExcludeController()
@Controller('assets')
export class AssetController {
  @Get(':name')
  read(
    @Param('name') name: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Buffer {
    const asset = pageAssets.get(name);
    if (asset === undefined) throw new NotFoundException('There is no such file.');
    reply.header('content-type', asset.contentType);
    reply.header('cache-control', 'public, max-age=31536000, immutable');
    reply.header('vary', 'accept-encoding');
    const acceptsGzip = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(
      request.headers['accept-encoding'] ?? '',
    );
    if (!acceptsGzip) return asset.body;
    reply.header('content-encoding', 'gzip');
    return asset.gzipped;
  }
}
