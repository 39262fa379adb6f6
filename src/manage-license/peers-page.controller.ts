import { Controller, Get, Query, Req, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sessionOf } from '../admin/admin-request.js';
import { Settings } from '../config/settings.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { ListPeers, type PeerView } from '../peer-registry/list-peers.js';
import { type PeerQuery, readPeerCursor } from '../peer-registry/peer-page.js';
import { brokerUrlFor } from '../peers/broker-url.js';
import { type PeerFilter, PeersQuery } from './forms.js';
import { PageComposer } from './page-composer.js';
import { PageGuard } from './page-guard.js';
import { sendPage } from './send-page.js';
import { UserPortal } from './user-portal.js';
import { reasonsForServer } from './views/peer-row-view.js';
import { renderPeers } from './views/peers-view.js';

const peersPerPage = 25;

const queries: Readonly<Record<PeerFilter, Pick<PeerQuery, 'kind' | 'attention'>>> = {
  all: { kind: null, attention: false },
  attention: { kind: null, attention: true },
  servers: { kind: 'server', attention: false },
  registers: { kind: 'register', attention: false },
};

/** Serves the page of the servers and registers that connect to this server, with those that need attention. */
@ApiExcludeController()
@UseGuards(PageGuard)
@Controller('peers')
export class PeersPageController {
  constructor(
    private readonly listPeers: ListPeers,
    private readonly store: LicenseStore,
    private readonly composer: PageComposer,
    private readonly settings: Settings,
    private readonly userPortal: UserPortal,
  ) {}

  @Get()
  async show(
    @Query() { show: filter, search, after }: PeersQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const list = await this.listPeers.execute({
      ...queries[filter],
      limit: peersPerPage,
      after: after === undefined ? null : readPeerCursor(after),
      search: search.trim(),
    });
    const page = renderPeers({
      list,
      filter,
      search: search.trim(),
      isFirst: after === undefined,
      authorizationServerUrl: list.peers.some(isForServer) ? await this.userPortal.find() : null,
      serverName: this.store.state.identity?.serverName ?? null,
      brokerUrl: brokerUrlFor(this.settings.nats.url, request.hostname),
      visitor: sessionOf(request),
      context: this.composer.contextFor(request),
    });
    sendPage(reply, page);
  }
}

/** Returns whether a person does something about this peer on the Authorization server. */
function isForServer({ attention }: PeerView): boolean {
  return attention.some((reason) => reasonsForServer.has(reason));
}
