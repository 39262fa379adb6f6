import { isUsed, oddProfiles } from './odd-profiles.js';
import { oddTokens } from './odd-tokens.js';
import type { Random } from './random.js';
import type { ServiceProcess } from './service-process.js';
import type { World } from './world.js';

const actor = { name: 'anna', address: '10.0.0.9' };
const minuteMs = 60_000;
const meanGapMs = 5 * minuteMs;

/** The people of a store: the administrator at the page, and the one who approves at the Authorization server. */
export class People {
  private activeUntilMs = 0;
  private waitingUntilMs = 0;
  private count = 0;

  constructor(
    private readonly world: World,
    private readonly random: Random,
  ) {}

  /** Whether somebody waits for an authorization. */
  get isWaiting(): boolean {
    return this.world.nowMs < this.waitingUntilMs;
  }

  begin(untilMs: number): void {
    this.activeUntilMs = untilMs;
    this.later(this.random.wait(10 * minuteMs), () => this.attend());
    this.next();
  }

  end(): void {
    this.activeUntilMs = 0;
    this.waitingUntilMs = 0;
  }

  private next(): void {
    this.later(this.random.wait(meanGapMs), () => {
      this.act();
      // Two people act together.
      if (this.random.chance(0.3)) this.later(this.random.between(0, 300), () => this.act());
      this.next();
    });
  }

  private later(delayMs: number, run: () => void): void {
    this.world.scheduler.after(delayMs, null, () => {
      if (this.world.nowMs < this.activeUntilMs) run();
    });
  }

  /** Authorizes the server again whenever it needs that. */
  private attend(): void {
    const { state } = this.world.invariants.present ?? {};
    if (state === undefined || state.license === null || state.reauthorizationRequired) this.authorize();
    this.later(this.random.wait(3 * 3_600_000), () => this.attend());
  }

  private act(): void {
    const draw = this.random.next();
    if (draw < 0.12) this.visit();
    else if (draw < 0.15) this.writeProfile();
    else if (draw < 0.65) this.run('refreshes', (process) => process.refresh.execute(actor));
    else if (draw < 0.75) this.authorize();
    else if (draw < 0.8) this.run('cancels', (process) => process.cancel.execute(actor));
    else if (draw < 0.85) this.removeLicense();
    else this.run('reads', (process) => process.query.freshText());
  }

  /** Changes the mind of a person while the Authorization server answers. */
  interrupt(withinMs: number): void {
    if (!this.random.chance(0.05)) return;
    const draw = this.random.next();
    this.later(this.random.between(0, withinMs), () => {
      if (draw < 0.3) this.run('cancels', (process) => process.cancel.execute(actor));
      else if (draw < 0.5) this.removeLicense();
      else this.run('asks for a code', (process) => process.requestCode.execute(actor));
    });
  }

  /** A register whose token is odd asks to be admitted. */
  private visit(): void {
    const { world, random } = this;
    const [register] = world.registers;
    const [process] = world.server.serving;
    if (register === undefined || process === undefined) return;
    const { what, claims, header, isAdmissible, isOddSubject } = random.pick(oddTokens);
    const [deviceId] = world.settings.authorizationServer.profile.claims.deviceId;
    const mayPass = isAdmissible || (isOddSubject === true && deviceId !== 'sub');
    const token = world.authority.signOdd(register.device, claims, header);
    world.scheduler.at(world.nowMs, process, () => {
      process.verifier.verify(token, 'visitor').then(
        ({ kind }) => {
          if (kind === 'accepted' && !mayPass)
            world.invariants.fail('no-odd-token-admitted', `a token with ${what} is admitted`);
        },
        (error: unknown) => world.invariants.fail('odd-tokens-are-answered', `${what}: ${String(error)}`),
      );
    });
  }

  /** Checks a profile before a restart that uses it. */
  private writeProfile(): void {
    const profile = this.random.pick(oddProfiles);
    if (isUsed(profile) !== profile.isUsable)
      this.world.invariants.fail('odd-profiles-are-refused', `a profile with ${profile.what}`);
  }

  private removeLicense(): void {
    this.world.invariants.lastRemovalAtMs = this.world.nowMs;
    this.run('removes the license', (process) => process.remove.execute(actor));
    if (this.random.chance(0.7)) this.later(this.random.wait(10 * minuteMs), () => this.authorize());
  }

  private authorize(): void {
    const { world, random } = this;
    this.waitingUntilMs = world.nowMs + 2 * minuteMs;
    this.run('asks for a code', (process) => process.requestCode.execute(actor));
    if (random.chance(0.2)) this.run('asks for a code too', (process) => process.requestCode.execute(actor));
    this.later(random.between(5000, minuteMs), () => this.decide());
    if (random.chance(0.5)) {
      this.later(random.between(1000, 2 * minuteMs), () =>
        this.run('waits for the license', (process) => process.poll.executeAtNextChance()),
      );
    }
  }

  private decide(): void {
    const { world, random } = this;
    const [process] = world.server.serving;
    const code = process?.store.pending?.deviceCode;
    if (code === undefined) return;
    const [own, other] = world.serverDevices;
    const draw = random.next();
    if (own === undefined || other === undefined) return;
    // A grant that another device replaces is revoked.
    const isReplaced = (process?.store.secrets ?? null) !== null;
    const choice = draw < 0.1 ? 'denied' : draw < (isReplaced ? 0.4 : 0.2) ? other : own;
    if (choice !== 'denied') choice.isRevoked = false;
    world.note('person', `decides ${choice === 'denied' ? choice : choice.id} for ${code}`);
    world.authority.decide(code, choice);
  }

  /** Uses the page of a process that serves. */
  private run(what: string, act: (process: ServiceProcess) => Promise<unknown>): void {
    const { world, random } = this;
    const { serving } = world.server;
    if (serving.length === 0) return;
    const process = random.pick(serving);
    this.count += 1;
    world.lastPersonAtMs = world.nowMs;
    world.note('person', `${what} at ${process.name}`);
    world.scheduler.at(world.nowMs, process, () => {
      const acting = act(process);
      acting.then(
        () => (world.lastPersonAtMs = world.nowMs),
        () => (world.lastPersonAtMs = world.nowMs),
      );
    });
  }
}
