import { fail, type Finding, ok, skip, warn } from './finding.js';

const noticeableOffsetMs = 60_000;
/** From here on the service itself calls its clock suspect. */
const suspectOffsetMs = 10 * 60_000;

/** Compares the clock of this machine with another. @param date the header `Date` of an answer of a moment ago */
export function checkClockOffset(date: string | null, nowMs: number): Finding {
  const theirsMs = Date.parse(date ?? '');
  if (Number.isNaN(theirsMs)) return skip('clock', 'The Authorization server does not tell its time.');
  const offsetMs = nowMs - theirsMs;
  const distanceMs = Math.abs(offsetMs);
  if (distanceMs < noticeableOffsetMs)
    return ok('clock', 'The clock agrees with that of the Authorization server.');
  const message = `The clock of this machine is ${Math.round(distanceMs / 1000)} s ${offsetMs > 0 ? 'ahead of' : 'behind'} that of the Authorization server.`;
  const remedy = 'Set date and time right; better: switch on NTP.';
  return distanceMs < suspectOffsetMs ? warn('clock', message, remedy) : fail('clock', message, remedy);
}
