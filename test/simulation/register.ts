import type { NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node';
import { LicenseFollower } from '../../client/src/license-follower.js';
import type { Device } from './authority.js';
import { Machine } from './machine.js';
import type { Owner } from './scheduler.js';
import type { SimulatedConnection } from './simulated-connection.js';
import type { World } from './world.js';

const refusedMs = 15 * 60_000;

/** A register with the real client library on a simulated connection. */
export class Register implements Owner {
  isAlive = true;
  pausedUntilMs = 0;
  follower!: LicenseFollower;
  connection: SimulatedConnection | null = null;
  /** The highest sequence that it has believed. */
  believed = '';
  /** Planted: nothing is delivered to it. */
  ignoresEvents = false;
  private token = '';
  private tokenEndsMs = 0;
  private readonly machine: Machine;

  constructor(
    readonly world: World,
    readonly name: string,
    readonly device: Device,
  ) {
    this.machine = new Machine(world.scheduler);
    this.renewToken();
  }

  wallMs(): number {
    return this.machine.wallMs();
  }

  uptimeMs(): number {
    return this.machine.uptimeMs();
  }

  /** Follows the server. Runs in a turn of the register. */
  start(): void {
    this.follower = new LicenseFollower(
      { natsUrl: 'nats://broker', serverId: this.world.serverDevice.id, token: () => this.freshToken() },
      (options) => this.connect(options ?? {}),
    );
    this.world.hooks.onRegister(this);
  }

  get isConnected(): boolean {
    return this.connection?.isLinked ?? false;
  }

  /** Whether it believes something else than at the last check. */
  hasMoved(): boolean {
    return this.isAlive && (this.follower?.current()?.sequence ?? '') !== this.believed;
  }

  crash(): void {
    this.isAlive = false;
    this.connection?.drop('crash');
  }

  private freshToken(): string {
    const { world } = this;
    if (world.isInternetUp && world.nowMs > this.tokenEndsMs - world.authority.tokenLifeMs / 2)
      this.renewToken();
    return this.token;
  }

  private renewToken(): void {
    const { authority } = this.world;
    const grant =
      authority.grants.findLast(({ device }) => device === this.device) ?? authority.grantTo(this.device);
    const renewed = authority.refresh(grant.current);
    if (renewed.kind !== 'granted') return;
    this.token = renewed.issued.accessToken;
    this.tokenEndsMs = grant.expiresAtMs;
  }

  private async connect(options: NodeConnectionOptions): Promise<NatsConnection> {
    const { world } = this;
    await world.call(this, 'register connects');
    await this.authenticate(options);
    const connection = world.broker.connect(this);
    if (connection === null) throw new Error('connection refused');
    this.connection = connection;
    connection.ignoresEvents = this.ignoresEvents;
    connection.onDropped = (reason) => this.lose(connection, reason, options);
    return connection.asNats;
  }

  /** The broker asks the service, which verifies the token. */
  private async authenticate({ authenticator }: NodeConnectionOptions): Promise<void> {
    const { world } = this;
    if (!world.broker.isUp) return this.giveUp('connection refused');
    const given = [authenticator ?? []].flat().map((each) => each() as { auth_token?: string } | undefined);
    const token = given.find((each) => each?.auth_token !== undefined)?.auth_token ?? '';
    const verdict = await world.admit(this, token);
    if (verdict === 'accepted') return;
    // A token that is signed with a key of long ago is refused: the register gets a new one.
    if (world.isInternetUp) this.renewToken();
    return this.giveUp(verdict);
  }

  /** Waits longer than a register does, because its many attempts would add nothing but time. */
  private async giveUp(reason: string): Promise<void> {
    await this.world.scheduler.sleep(this, refusedMs * (1 + this.world.latency.next()));
    throw new Error(reason);
  }

  /** A lost link is made again by the NATS client; sometimes the connection ends. */
  private lose(connection: SimulatedConnection, reason: string, options: NodeConnectionOptions): void {
    if (this.world.latency.chance(0.3)) return connection.fail(reason);
    connection.reportDisconnected();
    const retry = (): void => {
      if (connection.isClosed()) return;
      this.authenticate(options).then(
        () => (this.world.broker.isUp ? connection.relink() : this.world.scheduler.after(2000, this, retry)),
        () => this.world.scheduler.after(2000, this, retry),
      );
    };
    this.world.scheduler.after(1000 * (1 + this.world.latency.next()), this, retry);
  }
}
