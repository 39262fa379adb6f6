import { setTimeout } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { AuthorizationServer } from '../domain/ports/authorization-server.js';

/** A page does not wait longer than this for a server that does not answer. */
const longestWaitMs = 1000;

/** Knows where a person finds the pages of the Authorization server before that has named a page for a user code. */
@Injectable()
export class PeoplePage {
  constructor(
    private readonly authorizationServer: AuthorizationServer,
    private readonly settings: Settings,
  ) {}

  /** The page that the server names in its metadata; the issuer where it names none or cannot be asked now. */
  async find(): Promise<string> {
    const stop = new AbortController();
    const late = setTimeout(longestWaitMs, null, { signal: stop.signal }).catch(() => null);
    const found = await Promise.race([this.authorizationServer.findPeoplePage(), late]);
    stop.abort();
    return found ?? this.settings.authorizationServer.issuer.href;
  }
}
