const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * @typedef {object} Shift
 * @property {string} name on the command line
 * @property {string} what in words
 * @property {Date} startsAt the date at which the tests begin; time goes on from there
 * @property {string} timeZone
 */

/**
 * Returns the dates on which the tests must pass. All are after `now`: nats-server keeps the real clock, and nothing that it
 * has written may be in the future.
 * @param {Date} now
 * @returns {Shift[]}
 */
export function planShifts(now) {
  const inDays = (/** @type {number} */ days) => new Date(now.getTime() + days * dayMs);
  const inTwelveYears = new Date(now);
  inTwelveYears.setUTCFullYear(now.getUTCFullYear() + 12);
  /** @param {(year: number) => number} msOf @returns {Date} a minute before the next such moment */
  const beforeNext = (msOf) => {
    let year = now.getUTCFullYear();
    while (msOf(year) - minuteMs <= now.getTime()) year += 1;
    return new Date(msOf(year) - minuteMs);
  };
  const utc = 'UTC';
  const berlin = 'Europe/Berlin';
  const newYork = 'America/New_York';
  const shifts = /** @type {const} */ ([
    ['1-day', 'tomorrow', inDays(1), utc],
    ['40-days', 'in 40 days', inDays(40), utc],
    ['400-days', 'in 400 days', inDays(400), utc],
    ['leap-day', 'on 29 February', beforeNext(leapDayMs), utc],
    ['year-end', 'in the last minute of the year', beforeNext((year) => Date.UTC(year + 1, 0)), utc],
    // Berlin: the last Sunday. New York: the second Sunday of March and the first of November.
    ['berlin-spring', 'when daylight saving begins', beforeNext((year) => sundayMs(year, 2, 25, 1)), berlin],
    ['berlin-autumn', 'when daylight saving ends', beforeNext((year) => sundayMs(year, 9, 25, 1)), berlin],
    [
      'new-york-spring',
      'when daylight saving begins',
      beforeNext((year) => sundayMs(year, 2, 8, 7)),
      newYork,
    ],
    ['new-york-autumn', 'when daylight saving ends', beforeNext((year) => sundayMs(year, 10, 1, 6)), newYork],
    ['12-years', 'in twelve years', inTwelveYears, utc],
  ]);
  return shifts.map(([name, what, startsAt, timeZone]) => ({ name, what, startsAt, timeZone }));
}

/** @param {number} year @returns {number} noon of 29 February of this or the next leap year */
function leapDayMs(year) {
  const isLeapYear = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1;
  return isLeapYear ? Date.UTC(year, 1, 29, 12, 1) : leapDayMs(year + 1);
}

/** The first Sunday from a day on, at an hour of UTC. @param {number} year @param {number} month @param {number} day @param {number} hour */
function sundayMs(year, month, day, hour) {
  const weekday = new Date(Date.UTC(year, month, day)).getUTCDay();
  return Date.UTC(year, month, day + ((7 - weekday) % 7), hour);
}
