import { setTimeout } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { AuthorizationServer } from '../domain/ports/authorization-server.js';

/** The longest time that a page waits for the Authorization server. */
const maxWaitMs = 1000;

/** Finds the page on which a user authorizes this server while there is no user code. */
@Injectable()
export class UserPortal {
  constructor(
    private readonly authorizationServer: AuthorizationServer,
    private readonly settings: Settings,
  ) {}

  /** Returns the page in the metadata of the server, or the issuer if the metadata does not arrive in time or has none. */
  async find(): Promise<string> {
    const stop = new AbortController();
    const late = setTimeout(maxWaitMs, null, { signal: stop.signal }).catch(() => null);
    const found = await Promise.race([this.authorizationServer.findUserPortal(), late]);
    stop.abort();
    return found ?? this.settings.authorizationServer.issuer.href;
  }
}
