import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNatsPasswords } from './create-nats-passwords.mjs';

/** @type {string} */
let folder;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nats-passwords-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('adds the keys that an older version did not create, and keeps the others', () => {
  const { xkeySeed: firstSeed, xkey: firstKey, ...kept } = createNatsPasswords(folder);
  for (const name of ['xkey-seed', 'xkey']) rmSync(join(folder, name));
  const { xkeySeed, xkey, ...others } = createNatsPasswords(folder);
  expect(others).toEqual(kept);
  expect(xkeySeed).toMatch(/^SX[A-Z2-7]{56}$/);
  expect(xkey).toMatch(/^X[A-Z2-7]{55}$/);
  expect([xkeySeed, xkey]).not.toEqual([firstSeed, firstKey]);
  expect(createNatsPasswords(folder)).toEqual({ ...kept, xkeySeed, xkey });
});

it('creates files that only their owner can read', () => {
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
});
