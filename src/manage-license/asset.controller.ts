import { Controller, Get, NotFoundException, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { pageAssets } from './page-assets.js';

/** Serves the files that pages load. They are public, and no other file can be requested. */
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
    if (asset === undefined) throw new NotFoundException('This file does not exist.');
    reply.header('content-type', asset.contentType);
    reply.header('cache-control', 'public, max-age=31536000, immutable');
    reply.header('vary', 'accept-encoding');
    if (new Negotiator(request).encoding(['gzip']) === undefined) return asset.body;
    reply.header('content-encoding', 'gzip');
    return asset.gzipped;
  }
}
