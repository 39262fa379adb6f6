import { describe, expect, it } from 'vitest';
import { readArguments } from './read-arguments.mjs';

const read = (/** @type {string[]} */ ...words) => readArguments(words, ['1-day', '40-days']);

describe('the command line of test:dates', () => {
  it('means all shifts and projects where it names none', () => {
    expect(read()).toEqual({
      isList: false,
      shifts: ['1-day', '40-days'],
      projects: ['unit', 'mock-auth-server', 'client', 'e2e'],
      minutes: 45,
      files: [],
    });
  });

  it('chooses shifts, projects, files and the time limit', () => {
    expect(read('--shift', '1-day', '--project', 'unit', '--project=e2e', '--minutes', '5', 'a.ts')).toEqual({
      isList: false,
      shifts: ['1-day'],
      projects: ['unit', 'e2e'],
      minutes: 5,
      files: ['a.ts'],
    });
  });

  it.each([
    ['a shift that does not exist', ['--shift', 'yesterday'], /--shift yesterday: use 1-day, 40-days/],
    ['a project that needs an engine', ['--project', 'containers'], /--project containers: use unit, /],
    ['a time limit of nothing', ['--minutes', '0'], /--minutes/],
    ['an unknown option', ['--all'], /--all/],
  ])('refuses %s', (_what, words, reason) => {
    expect(() => read(...words)).toThrow(reason);
  });
});
