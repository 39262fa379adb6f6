import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { endsWithin } from '../coordination/shutdown.js';
import type { DeviceKind } from '../domain/device-kind.js';
import { PeerDisconnector } from './peer-disconnector.js';
import { accountOf, type PeerAccount } from './peer-permissions.js';
import { readAccounts } from './read-accounts.js';

const firstAnswerMs = 2000;

/**
 * Knows whether the broker has the account `STORES`, by a request at each connection of its system account. The configuration
 * of a broker that was installed with an older version has none: then store servers share the account of the registers.
 * Without a system account it counts as present.
 */
@Injectable()
export class StoresAccount implements OnModuleInit {
  private readonly logger = new Logger('Callout');
  private isPresent = true;
  private markKnown = (): void => undefined;
  private readonly firstAnswer = new Promise<void>((resolve) => (this.markKnown = resolve));
  /** Whether a store server was admitted to the account of the registers. */
  isShared = false;

  constructor(private readonly link: PeerDisconnector) {}

  onModuleInit(): void {
    if (!this.link.isConfigured) this.markKnown();
    this.link.onConnected((connection) => this.ask(connection));
  }

  /** Resolves to the account of an admitted device, after a limited wait for the first answer of the broker. */
  async accountFor(kind: DeviceKind): Promise<PeerAccount> {
    if (kind === 'server') await endsWithin(firstAnswerMs, this.firstAnswer);
    const account = accountOf(kind, this.isPresent);
    if (kind === 'server' && account === 'REG' && !this.isShared) {
      this.isShared = true;
      this.logger.warn(
        'The broker has no account STORES: store servers share the account of the registers. Update its configuration from deploy/nats and restart it.',
      );
    }
    return account;
  }

  private async ask(connection: NatsConnection): Promise<void> {
    const accounts = await readAccounts(connection);
    this.isPresent = accounts.has('STORES');
    if (this.isPresent) this.isShared = false;
    this.markKnown();
  }
}
