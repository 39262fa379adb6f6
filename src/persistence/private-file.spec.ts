import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { loadEncryptionKey } from './encryption-key.js';
import { assertPrivateFile, ExposedFileError, readOrCreatePrivateFile } from './private-file.js';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'private-file-'));
  path = join(folder, 'secret');
});

afterEach(() => rmSync(folder, { recursive: true }));

function failWithoutEntropy(): string {
  throw new Error('no entropy');
}

function keyPath(): string {
  return join(folder, 'encryption-key');
}

describe('private file', () => {
  it('is created once, readable only by its owner, and then read', () => {
    expect(readOrCreatePrivateFile(path, () => 'first')).toBe('first');
    expect(readOrCreatePrivateFile(path, () => 'second')).toBe('first');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is created with its folder if that is missing', () => {
    expect(readOrCreatePrivateFile(join(folder, 'new', 'secret'), () => 'first')).toBe('first');
    expect(statSync(join(folder, 'new')).mode & 0o777).toBe(0o700);
  });

  it('leaves no draft', () => {
    readOrCreatePrivateFile(path, () => 'first');
    expect(readdirSync(folder)).toEqual(['secret']);
  });

  it('leaves no draft if it cannot be created', () => {
    symlinkSync(join(folder, 'nowhere'), path);
    expect(() => readOrCreatePrivateFile(path, () => 'first')).toThrow('EEXIST');
    expect(readdirSync(folder)).toEqual(['secret']);
  });

  it('is read even if a leftover draft cannot be removed', () => {
    mkdirSync(join(folder, 'secret.1.draft'));
    expect(readOrCreatePrivateFile(path, () => 'first')).toBe('first');
  });

  it('removes drafts of a killed process, and no other files', () => {
    const others = ['secret.next.1.draft', 'other.1.draft', 'secret.draft', 'secret.notes.draft'];
    for (const name of ['secret.1.draft', ...others]) writeFileSync(join(folder, name), 'left');
    expect(readOrCreatePrivateFile(path, () => 'first')).toBe('first');
    expect(readdirSync(folder).toSorted()).toEqual(['secret', ...others].toSorted());
    writeFileSync(join(folder, `secret.${randomUUID()}.draft`), 'left');
    expect(readOrCreatePrivateFile(path, () => 'second')).toBe('first');
    expect(readdirSync(folder).toSorted()).toEqual(['secret', ...others].toSorted());
  });

  it('is not created if creating its content fails', () => {
    expect(() => readOrCreatePrivateFile(path, failWithoutEntropy)).toThrow('no entropy');
    expect(existsSync(path)).toBe(false);
  });

  it('may end with a newline', () => {
    writeFileSync(path, 'value\n', { mode: 0o600 });
    expect(readOrCreatePrivateFile(path, () => 'other')).toBe('value');
  });

  it.each([0o644, 0o640, 0o620, 0o604, 0o601, 0o666])(
    'is rejected with mode %o and stays unchanged',
    (mode) => {
      writeFileSync(path, 'value');
      chmodSync(path, mode);
      expect(() => assertPrivateFile(path)).toThrow(ExposedFileError);
      expect(() => readOrCreatePrivateFile(path, () => 'other')).toThrow(/run chmod 600/);
      expect(readFileSync(path, 'utf8')).toBe('value');
    },
  );

  it('is accepted with mode 660 and a warning if its group is that of the process, as on a volume with fsGroup', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    onTestFinished(() => warn.mockRestore());
    writeFileSync(path, 'value');
    chmodSync(path, 0o660);
    expect(readOrCreatePrivateFile(path, () => 'other')).toBe('value');
    expect(warn).toHaveBeenCalledWith(
      expect.stringMatching(/group \d+ of this process can read .*secret.*fsGroup/),
    );
  });

  it('is rejected with mode 660 if its group is not that of the process', () => {
    writeFileSync(path, 'value');
    chmodSync(path, 0o660);
    const own = [
      vi.spyOn(process, 'getgid').mockReturnValue(60_001),
      vi.spyOn(process, 'getgroups').mockReturnValue([]),
    ];
    onTestFinished(() => own.forEach((spy) => spy.mockRestore()));
    expect(() => assertPrivateFile(path)).toThrow(ExposedFileError);
  });

  it.each([0o600, 0o400])('is accepted with mode %o', (mode) => {
    writeFileSync(path, 'value');
    chmodSync(path, mode);
    expect(() => assertPrivateFile(path)).not.toThrow();
  });
});

describe('encryption key', () => {
  it('is created at the first start and reused at the next', () => {
    const key = loadEncryptionKey(null, folder);
    expect(key).toHaveLength(32);
    expect(loadEncryptionKey(null, folder)).toEqual(key);
    expect(readFileSync(keyPath(), 'utf8')).toBe(key.toString('base64'));
  });

  it('comes from the setting if that is set, without creating a file', () => {
    const setting = Buffer.alloc(32, 7).toString('base64');
    expect(loadEncryptionKey(setting, folder)).toEqual(Buffer.alloc(32, 7));
    expect(existsSync(keyPath())).toBe(false);
  });

  it.each(['', 'short', Buffer.alloc(31).toString('base64')])(
    'is rejected if its file contains "%s"',
    (content) => {
      writeFileSync(keyPath(), content, { mode: 0o600 });
      expect(() => loadEncryptionKey(null, folder)).toThrow(/32 bytes in base64.*backup/);
      expect(readFileSync(keyPath(), 'utf8')).toBe(content);
    },
  );
});
