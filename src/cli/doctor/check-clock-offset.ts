import { fail, type Finding, ok, skip, warn } from './finding.js';

const noticeableOffsetMs = 60_000;
/** From this offset the service reports its clock as suspect. */
const suspectOffsetMs = 10 * 60_000;

/** Compares the clock of this machine with the Authorization server's. @param date the `Date` header of a response just received */
export function checkClockOffset(date: string | null, nowMs: number): Finding {
  const theirsMs = Date.parse(date ?? '');
  if (Number.isNaN(theirsMs)) return skip('clock', 'The Authorization server sends no valid Date header.');
  const offsetMs = nowMs - theirsMs;
  const distanceMs = Math.abs(offsetMs);
  if (distanceMs < noticeableOffsetMs)
    return ok('clock', 'The clock agrees with that of the Authorization server.');
  const message = `The clock of this machine is ${Math.round(distanceMs / 1000)} s ${offsetMs > 0 ? 'ahead of' : 'behind'} that of the Authorization server.`;
  const remedy = 'Correct the date and time, preferably by enabling NTP.';
  return distanceMs < suspectOffsetMs ? warn('clock', message, remedy) : fail('clock', message, remedy);
}
