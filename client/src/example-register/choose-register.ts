import type { MockControls, MockDevice } from './mock-controls.js';

interface Candidate {
  readonly server: MockDevice;
  /** A register of that server. */
  readonly own: MockDevice | undefined;
  /** Any register of its organization. */
  readonly first: MockDevice;
}

/**
 * Returns the id of a register of an authorized server; `null` if no server is authorized yet. With several such servers,
 * `attempt` selects one in turn. If none of them has a register, one is moved to the server from the second attempt on:
 * at the first, the server may be the hub, and a store server may follow.
 */
export async function chooseRegister(controls: MockControls, attempt: number): Promise<string | null> {
  const organizations = await controls.readDevices();
  const candidates = organizations.flatMap((devices) => findCandidates(devices));
  const withRegisters = candidates.filter(({ own }) => own !== undefined);
  const eligible = withRegisters.length > 0 ? withRegisters : candidates;
  const chosen = eligible[attempt % eligible.length];
  if (chosen === undefined) return null;
  const { server, own, first } = chosen;
  if (own === undefined && attempt > 0) await controls.rewire(first.id, server.id);
  return (own ?? first).id;
}

function findCandidates(devices: readonly MockDevice[]): Candidate[] {
  const registers = devices.filter(({ kind }) => kind === 'register');
  const [first] = registers;
  if (first === undefined) return [];
  return devices
    .filter(({ kind, authorized }) => kind === 'server' && authorized)
    .map((server) => ({ server, first, own: registers.find(({ hubId }) => hubId === server.id) }));
}
