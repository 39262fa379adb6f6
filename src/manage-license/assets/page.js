// Makes the page more convenient. Without this script, everything works by forms and links.

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const yearMs = 365 * dayMs;
const units = [
  [yearMs, 'year', 2],
  [dayMs, 'day', 2],
  [hourMs, 'hour', 2],
  [minuteMs, 'minute', 1],
];
const dateParts = { year: 'numeric', month: 'long', day: 'numeric' };
const timeParts = { hour: 'numeric', minute: '2-digit' };
/** The same as those of the service. */
const formats = {
  long: { ...dateParts, ...timeParts, timeZoneName: 'short' },
  short: { ...dateParts, month: 'short', ...timeParts },
  day: { weekday: 'long', ...dateParts },
  time: timeParts,
};
const distances = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: 'always' });
/** The path of the service, which a proxy may serve below another one. This script is in its folder assets. */
const root = new URL('..', import.meta.url).pathname;
const announcement = document.getElementById('announcement');
/** How far the clock of the service is ahead of this browser's. */
let clockOffsetMs = 0;
/** Whether a form was sent and its answer is pending. */
let isLeaving = false;

start();

function start() {
  prepareContent();
  setInterval(updateCountdowns, secondMs);
  setInterval(updateDistances, 15 * secondMs);
  document.addEventListener('click', (event) => void copyFromButton(event));
  document.addEventListener('submit', markAsBusy);
  // The browser restores a page as it was when the person left it.
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
  const { polled, version } = getContent().dataset;
  if (polled !== undefined) pollContent();
  else if (version !== undefined) followLicense();
}

function getContent() {
  return document.getElementById('content');
}

function prepareContent() {
  clockOffsetMs = Date.parse(getContent().dataset.now) - Date.now();
  for (const time of document.querySelectorAll('time')) time.textContent = formatInstant(time);
  regroupDays();
  for (const button of document.querySelectorAll('[data-copy]')) button.hidden = false;
  updateCountdowns();
  updateDistances();
}

function readServiceClock() {
  return Date.now() + clockOffsetMs;
}

/** Formats an instant in the time zone of the browser, which the service does not know. */
function formatInstant(time) {
  return new Intl.DateTimeFormat(time.lang, formats[time.dataset.format ?? 'long']).format(
    new Date(time.dateTime),
  );
}

/** Groups the history by the days of the browser's time zone. The service groups it by its own. */
function regroupDays() {
  const sections = [...document.querySelectorAll('.day')];
  let current = null;
  for (const row of sections.flatMap((section) => [...section.querySelectorAll('li')])) {
    const { dateTime } = row.querySelector('time');
    const heading = sections[0].querySelector('h3').cloneNode(true);
    const time = heading.querySelector('time');
    time.dateTime = dateTime;
    time.textContent = formatInstant(time);
    if (current?.querySelector('time').textContent !== time.textContent) {
      const day = sections[0].cloneNode();
      const list = sections[0].querySelector('ol').cloneNode();
      day.append(heading, list);
      (current ?? sections.at(-1)).after(day);
      current = day;
    }
    current.querySelector('ol').append(row);
  }
  for (const section of sections) section.remove();
}

function updateDistances() {
  for (const element of document.querySelectorAll('[data-distance]')) {
    element.textContent = formatDistance(Date.parse(element.dataset.distance) - readServiceClock());
  }
}

function formatDistance(distanceMs) {
  const unit = units.find(([unitMs, , least]) => Math.abs(distanceMs) >= unitMs * least);
  const { justPassed, soon } = announcement.dataset;
  if (unit === undefined) return distanceMs <= 0 ? justPassed : soon;
  return distances.format(Math.trunc(distanceMs / unit[0]), unit[1]);
}

function updateCountdowns() {
  for (const element of document.querySelectorAll('[data-countdown]')) {
    const { countdown, label } = element.dataset;
    const seconds = Math.max(0, Math.ceil((Date.parse(countdown) - readServiceClock()) / secondMs));
    element.textContent = `${label} ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  }
}

async function copyFromButton({ target }) {
  const button = target.closest('[data-copy]');
  if (button === null) return;
  const { copy, copyFrom, copied, failed } = button.dataset;
  // A second click within three seconds finds the outcome of the first one.
  button.dataset.label ??= button.textContent;
  const isCopied = await copyText(copy, copyFrom);
  button.textContent = isCopied ? `✓ ${copied}` : failed;
  announce(isCopied ? copied : failed);
  setTimeout(() => (button.textContent = button.dataset.label), 3 * secondMs);
}

async function copyText(text, elementId) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Browsers offer the clipboard API only over TLS and on localhost. Copying the selection works everywhere.
    getSelection().selectAllChildren(document.getElementById(elementId));
    const isCopied = document.execCommand('copy');
    if (isCopied) getSelection().removeAllRanges();
    return isCopied;
  }
}

function markAsBusy({ target, submitter }) {
  // A second click would send the form again.
  if (isLeaving) return;
  isLeaving = true;
  submitter?.setAttribute('aria-busy', 'true');
  target.addEventListener('submit', (event) => event.preventDefault());
}

/** Makes screen readers announce a text that the page does not show. */
function announce(text) {
  announcement.classList.add('for-readers');
  announcement.textContent = text;
}

function followLicense() {
  let source = null;
  const connect = () => {
    if (source !== null || document.hidden) return;
    source = new EventSource(`${root}api/license/events`);
    source.addEventListener('license', ({ lastEventId }) => void takeVersion(lastEventId));
    source.addEventListener('error', () => {
      // Unless only the connection broke, the source is closed: the session has ended, or the service stops.
      if (source?.readyState !== EventSource.CLOSED) return;
      source = null;
      void checkSession().then(() => setTimeout(connect, 3 * secondMs));
    });
  };
  const disconnect = () => {
    source?.close();
    source = null;
  };
  // Browsers limit the connections to one service, and a hidden page needs none.
  document.addEventListener('visibilitychange', () => (document.hidden ? disconnect() : connect()));
  addEventListener('pagehide', disconnect);
  connect();
}

async function checkSession() {
  const response = await fetchPage(root).catch(() => null);
  if (response?.redirected) location.assign(`${root}login`);
}

function fetchPage(path) {
  return fetch(path, { headers: { accept: 'text/html', 'x-background': '1' } });
}

async function takeVersion(version) {
  const content = getContent();
  if (isLeaving || version === content.dataset.version || version === content.dataset.heldFor) return;
  if (isHeld(content)) {
    content.dataset.heldFor = version;
    return offerNewVersion();
  }
  const fresh = await fetchContent(root);
  if (isLeaving || fresh === null) return;
  if (isHeld(content)) return offerNewVersion();
  replaceContent(fresh, content);
}

/** Returns the content of a page as it is now; `null` if the service does not answer with it. */
async function fetchContent(path) {
  const response = await fetchPage(path).catch(() => null);
  if (response?.redirected) location.assign(`${root}login`);
  if (!response?.ok || response.redirected) return null;
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  showPlace(page);
  return document.adoptNode(page.getElementById('content'));
}

/** The name of the server is known once it is licensed. */
function showPlace(page) {
  const [shown, fresh] = [document, page].map((one) => one.querySelector('.brand'));
  if (shown.textContent !== fresh.textContent) shown.replaceWith(document.adoptNode(fresh));
  document.title = page.title;
}

/** Keeps a page up to date that shows more than the license. */
function pollContent() {
  setInterval(() => void updateContent(), 5 * secondMs);
  document.addEventListener('visibilitychange', () => void updateContent());
}

async function updateContent() {
  // A hidden page needs no update.
  if (document.hidden || isLeaving || isHeld(getContent())) return;
  const fresh = await fetchContent(location.href);
  const content = getContent();
  const isNew = fresh !== null && fresh.dataset.version !== content.dataset.version;
  if (isNew && !isLeaving && !isHeld(content)) replaceContent(fresh, content);
}

/** Returns whether new content would interrupt the person: a decision, typing or a selection. */
function isHeld(content) {
  const { activeElement } = document;
  const isTyping =
    (content.contains(activeElement) && activeElement.matches('input, select, textarea')) ||
    [...content.querySelectorAll('input')].some(({ value, defaultValue }) => value !== defaultValue);
  const selection = getSelection();
  const isSelecting = !selection.isCollapsed && content.contains(selection.anchorNode);
  return 'held' in content.dataset || isTyping || isSelecting;
}

function offerNewVersion() {
  const { held, show } = announcement.dataset;
  const link = document.createElement('a');
  link.href = root;
  link.textContent = show;
  announcement.classList.remove('for-readers');
  announcement.replaceChildren(`${held} `, link);
}

function replaceContent(fresh, content) {
  const focusedId = content.contains(document.activeElement) ? document.activeElement.id : null;
  const openDetails = content.querySelector('details[open]') !== null;
  const alert = fresh.querySelector('[role="alert"]');
  // A screen reader has announced it already.
  if (alert?.textContent === content.querySelector('[role="alert"]')?.textContent)
    alert?.removeAttribute('role');
  content.replaceWith(fresh);
  for (const details of fresh.querySelectorAll('details')) details.open = openDetails;
  prepareContent();
  if (focusedId !== null) (document.getElementById(focusedId) ?? fresh).focus({ preventScroll: true });
  if (fresh.dataset.summary !== content.dataset.summary) announce(fresh.dataset.summary);
}
