import { setTimeout } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { AuthorizationServer } from '../domain/ports/authorization-server.js';

/** The longest time that a page waits for the Authorization server. */
const maxWaitMs = 1000;

/** Finds the page of the Authorization server that a person opens while no user code names one. */
@Injectable()
export class UserPortal {
  constructor(
    private readonly authorizationServer: AuthorizationServer,
    private readonly settings: Settings,
  ) {}

  /** Returns the page that the metadata of the server names, or the issuer if there is none or no answer arrives in time. */
  async find(): Promise<string> {
    const stop = new AbortController();
    const late = setTimeout(maxWaitMs, null, { signal: stop.signal }).catch(() => null);
    const found = await Promise.race([this.authorizationServer.findPeoplePage(), late]);
    stop.abort();
    return found ?? this.settings.authorizationServer.issuer.href;
  }
}
