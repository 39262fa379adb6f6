import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PeerPresence } from '../src/messaging/peer-presence.js';
import { PeerRepository } from '../src/peer-registry/peer-repository.js';
import type { PeerSighting } from '../src/peer-registry/apply-sighting.js';
import { readStoreEvent } from '../src/peer-registry/store-event.js';
import { findLayoutFaults, startBrowser } from './support/browser.js';
import { dayMs, hourMs, minuteMs, shift, startAt } from './support/license-fixture.js';
import { writeStatusEvent } from './support/store-events.js';
import { StorePage } from './support/store-page.js';

describe('the page of connected servers and registers', { timeout: 120_000 }, () => {
  let browser: Browser;
  let store: StorePage;

  beforeAll(async () => {
    browser = await startBrowser();
    store = await StorePage.open(browser);
    await store.app.acquire(store.mock, 'srv-hub');
    await store.logIn('Anna');
  });

  afterAll(async () => {
    await store.close();
  });

  const go = () => store.page.getByRole('link', { name: 'Servers and registers' }).click();
  const choose = async (name: string): Promise<void> => {
    await store.page.getByRole('link', { name, exact: true }).click();
    await store.page.waitForLoadState('domcontentloaded');
  };
  const names = () => store.page.locator('tbody th').allInnerTexts();
  const record = (observations: PeerSighting[]) => store.app.app.get(PeerRepository).record(observations);

  it('explains how to connect when nothing has connected yet', async () => {
    await go();
    await store.showsHeading('No register or server has connected yet');
    await store.page.getByText('choose Head office as the hub server').waitFor();
    await store.page.getByText('nats://127.0.0.1:9').waitFor();
    await store.inspect('peers-none');
  });

  it('lists the peers, first those that need attention, each with its problem', async () => {
    await record([
      admit('reg-hub-1', 'Head office, register 1', -minuteMs),
      admit('reg-hub-2', 'Head office, register 2', -8 * dayMs),
      report('srv-store-1', 'Store 1', -hourMs),
      report('srv-store-2', 'Store 2', -3 * dayMs, { status: 'requires-renewal' }),
      report('srv-store-3', 'A store with a very long name, on the high street', -hourMs, {
        status: 'expired',
        clockSuspect: true,
      }),
    ]);
    vi.spyOn(store.app.app.get(PeerPresence), 'present', 'get').mockReturnValue(
      new Map([
        ['reg-hub-1', 1],
        ['srv-store-1', 1],
      ]),
    );
    await go();
    await store.page.getByText('5 known, 2 connected, 3 need attention.').waitFor();
    expect((await names()).map((name) => name.split('\n')[1])).toEqual([
      'srv-store-2',
      'reg-hub-2',
      'srv-store-3',
      'reg-hub-1',
      'srv-store-1',
    ]);
    const cells = (await store.page.locator('tbody tr').allInnerTexts()).map((row) =>
      row.replaceAll(/\s+/g, ' '),
    );
    expect(cells[0]).toMatch(
      /Version 1\.2\.3 Server Requires Renewal Registers can sell until 28 Nov 2026, .* \(license token\) ! Renew its license/,
    );
    expect(cells[0]).toContain('No contact for more than a day');
    expect(cells[1]).toContain('Register License token expired ✕ It has not connected');
    expect(cells[1]).toContain('Not connected 16 Nov 2026, 12:00 8 days ago');
    expect(cells[2]).toContain('Requires Renewal Registers cannot sell (license expired)');
    expect(cells[3]).toMatch(/License token valid 1 Dec 2026, 11:59 in 6 days Connected$/);
    const toServer = store.page
      .locator('tbody tr')
      .first()
      .getByRole('link', { name: /^Authorization server/ });
    expect(await toServer.getAttribute('href')).toContain(store.mock.url);
    await store.inspect('peers');
    await choose('Needs attention');
    expect(await names()).toHaveLength(3);
    await choose('Servers');
    expect(await names()).toHaveLength(3);
    await choose('Registers');
    expect(await names()).toHaveLength(2);
    await store.page.getByLabel('Name or ID begins with').fill('Head office, register 2');
    await store.choose('Search');
    expect(await names()).toEqual([expect.stringContaining('reg-hub-2')]);
    await choose('Servers');
    await store.page.getByText('No server or register matches.').waitFor();
    expect(await store.page.getByLabel('Name or ID begins with').inputValue()).toBe(
      'Head office, register 2',
    );
  });

  it('shows a change without a reload, and keeps the focus and what a person types', async () => {
    const { page } = store;
    await page.goto(`${store.app.url}/peers?show=registers`);
    await page.getByText('5 known,').waitFor();
    await page.locator('#show-registers').focus();
    await record([admit('reg-hub-3', 'Head office, register 3', 0)]);
    await page.locator('main').getByText('6 known,').waitFor();
    await page.getByText('Head office, register 3').waitFor();
    expect(await page.locator(':focus').getAttribute('id')).toBe('show-registers');
    expect(await page.getByRole('status').textContent()).toContain('6 known,');
    // A person is typing: no update, even after the field has lost the focus.
    await page.evaluate(`{
      const send = window.fetch;
      window.updates = 0;
      window.fetch = (...request) => (window.updates++, send(...request));
    }`);
    const ask = () =>
      page.evaluate<number>('document.dispatchEvent(new Event("visibilitychange")) && window.updates');
    await page.getByLabel('Name or ID begins with').fill('Head');
    await page.locator('#show-registers').focus();
    expect(await ask()).toBe(0);
    await page.getByLabel('Name or ID begins with').fill('');
    await page.locator('#show-registers').focus();
    expect(await ask()).toBe(1);
  });

  it('has several pages, reports unknown connections, and escapes names', async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `till-${String(index).padStart(2, '0')}`);
    await record(ids.map((id) => admit(id, '<script>alert(1)</script>', -minuteMs)));
    vi.restoreAllMocks();
    await store.page.goto(`${store.app.url}/peers?search=till-`);
    await store.page.getByText('Connection unknown').first().waitFor();
    await choose('Needs attention');
    await store.page.getByText('No server or register matches.').waitFor();
    await choose('All');
    const first = await names();
    expect(first[0]).toContain('<script>');
    await store.page.getByRole('button', { name: 'Next page' }).click();
    await store.page.getByRole('button', { name: 'First page' }).waitFor();
    const seen = [...first, ...(await names())].map((name) => name.split('\n')[1]);
    expect(seen).toEqual(ids);
    await store.page.goto(`${store.app.url}/peers?after=nonsense`);
    await store.showsHeading('The request was not valid');
  });

  it('has a margin and does not scroll sideways at any width or with text of double size, like every other page', async () => {
    const { page, app } = store;
    for (const path of ['/', '/peers', '/license/history', '/license/remove', '/nowhere']) {
      await page.goto(`${app.url}${path}`);
      expect(await findLayoutFaults(page)).toEqual([]);
    }
    await page.goto(app.url);
    await store.choose('Log out');
    expect(await findLayoutFaults(page)).toEqual([]);
  });
});

function admit(deviceId: string, name: string, atMs: number): PeerSighting {
  const at = shift(startAt, atMs);
  const tokenExpiresAt = shift(at, 7 * dayMs);
  return {
    kind: 'admitted',
    deviceId,
    at,
    peer: { deviceId, name, kind: 'register', features: ['register'], tokenExpiresAt },
  };
}

function report(serverId: string, serverName: string, atMs: number, data: object = {}): PeerSighting {
  const at = shift(startAt, atMs);
  const json = writeStatusEvent({ serverId, at, data: { serverName, ...data } });
  const event = readStoreEvent(`stores.${serverId}.license.status`, new TextEncoder().encode(json));
  if (event === null) throw new Error('The event of a store is not valid.');
  return { kind: 'published', deviceId: serverId, at, now: at, event };
}
