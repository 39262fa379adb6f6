import type { Disk } from './disk.js';
import type { World } from './world.js';

const hourMs = 3_600_000;

/** Checks what must have come true after a day without faults and without people. */
export async function checkCalm(world: World): Promise<void> {
  checkProcesses(world);
  checkLicense(world);
  checkBacklog(world);
  checkRegisters(world);
}

function fail(world: World, name: string, detail: string): void {
  world.invariants.fail(`after a day of calm: ${name}`, detail);
}

function checkProcesses(world: World): void {
  const { server } = world;
  if (server.serving.length < server.machines.length)
    fail(world, 'all processes serve', `${server.serving.length} do`);
}

function checkLicense(world: World): void {
  const { authority, invariants, settings, nowMs, server } = world;
  const { state, secrets } = invariants.present ?? {};
  if (state === undefined) return;
  const { license, reauthorizationRequired, connection, clockSuspect } = state;
  const grant = secrets ? authority.grantOf(secrets) : null;
  if (license === null && !secrets) return;
  const isGood = grant !== null && grant.isLive && !grant.device.isRevoked;
  if (isGood && grant.device.isSuspended) return;
  if (isGood) {
    if (license === null) return fail(world, 'licensed again', `grant ${grant.index} is live`);
    if (reauthorizationRequired) fail(world, 'no needless reauthorization', `grant ${grant.index} is live`);
    const ageMs = nowMs - license.token.receivedAt.getTime();
    if (ageMs > settings.policy.refreshIntervalMs + 4 * hourMs)
      fail(world, 'fresh', `the token is ${ageMs / hourMs} h old`);
    if (!connection.online) fail(world, 'online', connection.lastError?.message ?? '');
  } else if (grant !== null && license !== null) {
    if (authority.isListed(grant))
      fail(world, 'a revoked license has ended', `grant ${grant.index} is listed`);
    else if (!reauthorizationRequired)
      fail(world, 'reauthorization is asked for', `grant ${grant.index} is dead`);
  }
  const isOff = server.machines.some((machine) => Math.abs(machine.errorNowMs()) > 60_000);
  if (isGood && clockSuspect && !isOff) fail(world, 'the clock is trusted again', '');
}

/** Checks that nothing waits, and that the stream has the last event. */
export function checkBacklog(world: World): void {
  const { server, invariants, broker } = world;
  const count = (column: string): number =>
    Number(server.disk.rows(`SELECT count(*) AS n FROM outbox_event WHERE ${column} IS NULL`)[0]?.['n']);
  if (count('published_at') > 0)
    fail(world, 'nothing waits for the broker', `${count('published_at')} events wait`);
  if (invariants.unpublished.length > 0)
    fail(world, 'everything is published', invariants.unpublished.join(', '));
  // Without a hub, a new identity has the connection of the one before, over which the hub accepts nothing of it.
  const serverId = invariants.present?.state.identity?.serverId;
  const isAtHub = server.serving.some(
    ({ hubLink }) => hubLink.current !== null && hubLink.serverId === serverId,
  );
  if (isAtHub && count('hub_published_at') > 0)
    fail(world, 'nothing waits for the hub', `${count('hub_published_at')}`);
  if (invariants.present?.secrets && count2(server.disk, 'pending_revocation') > 0)
    fail(
      world,
      'dropped grants are revoked',
      JSON.stringify(server.disk.rows('SELECT failures, next_attempt_at FROM pending_revocation')),
    );
  const last = server.disk.rows(
    "SELECT body FROM outbox_event WHERE subject = 'license.status' ORDER BY sequence DESC LIMIT 1",
  )[0];
  if (last !== undefined && broker.lastOf('LICENSING', 'license.status') !== last['body'])
    fail(world, 'the stream has the last status', String(last['body']).slice(0, 80));
}

function count2(disk: Disk, table: string): number {
  return Number(disk.rows(`SELECT count(*) AS n FROM ${table}`)[0]?.['n']);
}

/** Registers that the server admits agree with it. */
function checkRegisters(world: World): void {
  const { invariants, registers, serverDevice, nowMs } = world;
  const { state } = invariants.present ?? {};
  if (state?.identity?.serverId !== serverDevice.id || invariants.lastStatus === null) return;
  for (const register of registers) {
    if (!register.isConnected) {
      fail(world, 'registers are connected', register.name);
      continue;
    }
    const { sequence } = invariants.lastStatus;
    const known = Number(register.follower.current()?.sequence ?? 0);
    // The answer of the server itself has the last sequence of both subjects.
    if (known < sequence || known > state.sequence)
      fail(world, 'registers agree', `${register.name} has ${known}, the server ${sequence}`);
    const { license } = state;
    const now = new Date(nowMs);
    const { renewalDate } = license?.terms ?? { renewalDate: null };
    const isLicensed =
      license !== null && license.token.expiresAt >= now && (renewalDate === null || renewalDate > now);
    if (register.follower.isLicensed(now) !== isLicensed)
      fail(world, 'registers have the standing of their server', register.name);
  }
}
