const dayMs = 86_400_000;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/**
 * @typedef {object} Shift
 * @property {string} name as on the command line
 * @property {string} what in words
 * @property {Date} startsAt the date that the tests see when they begin; time goes on from there
 * @property {string} timeZone
 */

/**
 * Returns the dates that the tests have to pass on, all of them after `now`: nats-server keeps the real clock, and nothing
 * that it has written may lie in the future.
 * @param {Date} now
 * @returns {Shift[]}
 */
export function planShifts(now) {
  const inDays = (/** @type {number} */ days) => new Date(now.getTime() + days * dayMs);
  const year = now.getUTCFullYear();
  const inTwelveYears = new Date(now);
  inTwelveYears.setUTCFullYear(year + 12);
  return [
    { name: '1-day', what: 'tomorrow', startsAt: inDays(1), timeZone: 'UTC' },
    { name: '40-days', what: 'in 40 days', startsAt: inDays(40), timeZone: 'UTC' },
    { name: '400-days', what: 'in 400 days', startsAt: inDays(400), timeZone: 'UTC' },
    { name: 'leap-day', what: 'on 29 February', startsAt: nextLeapDay(now), timeZone: 'UTC' },
    {
      name: 'year-end',
      what: 'in the last minute of the year',
      startsAt: new Date(Date.UTC(year + 1, 0, 1) - minuteMs),
      timeZone: 'UTC',
    },
    ...planDaylightSaving(now, 'berlin', 'Europe/Berlin'),
    ...planDaylightSaving(now, 'new-york', 'America/New_York'),
    { name: '12-years', what: 'in twelve years', startsAt: inTwelveYears, timeZone: 'UTC' },
  ];
}

/** @param {Date} now */
function nextLeapDay(now) {
  for (let year = now.getUTCFullYear(); ; year += 1) {
    const day = new Date(Date.UTC(year, 1, 29, 12));
    if (day.getUTCMonth() === 1 && day > now) return day;
  }
}

/**
 * The next two changes of the clocks of a time zone, each from a minute before.
 * @param {Date} now
 * @param {string} name
 * @param {string} timeZone
 * @returns {Shift[]}
 */
function planDaylightSaving(now, name, timeZone) {
  return findClockChanges(now, timeZone).map(({ at, isForward }) => ({
    name: `${name}-${isForward ? 'spring' : 'autumn'}`,
    what: `when summer time ${isForward ? 'begins' : 'ends'} in ${timeZone}`,
    startsAt: new Date(at.getTime() - minuteMs),
    timeZone,
  }));
}

/**
 * Returns the next two. They are at a full hour of UTC.
 * @param {Date} now
 * @param {string} timeZone
 */
function findClockChanges(now, timeZone) {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  const offsetAt = (/** @type {number} */ ms) =>
    format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const changes = [];
  const firstMs = Math.ceil((now.getTime() + 2 * minuteMs) / hourMs) * hourMs - hourMs;
  for (let dayStartMs = firstMs; changes.length < 2; dayStartMs += dayMs) {
    const before = offsetAt(dayStartMs);
    if (offsetAt(dayStartMs + dayMs) === before) continue;
    let ms = dayStartMs + hourMs;
    while (offsetAt(ms) === before) ms += hourMs;
    changes.push({ at: new Date(ms), isForward: minutesOf(offsetAt(ms)) > minutesOf(before) });
  }
  return changes;
}

/** @param {string} offset as `GMT+01:00` */
function minutesOf(offset) {
  const [, sign = '+', hours = '0', minutes = '0'] = /^GMT(?:([+-])(\d\d):(\d\d))?$/.exec(offset) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
