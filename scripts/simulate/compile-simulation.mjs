import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '../..');
const target = join(root, 'dist-simulation');
const folders = ['src', 'client/src', 'test/simulation'];
/** Files that the code reads next to its own. */
const links = ['profiles', 'package.json'];

/**
 * Compiles the simulation with the code that it runs, file by file, so that coverage can name them. Only changed files are
 * compiled. Returns the folder.
 */
export function compileSimulation() {
  mkdirSync(target, { recursive: true });
  for (const name of links) {
    if (!existsSync(join(target, name))) symlinkSync(join(root, name), join(target, name));
  }
  for (const folder of folders) {
    const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
    for (const name of names.filter((each) => /(?<!\.spec|\.d)\.ts$/.test(each))) compile(join(folder, name));
  }
  return target;
}

/** @param {string} name relative to the repository */
function compile(name) {
  const source = join(root, name);
  const output = join(target, name.replace(/\.ts$/, '.js'));
  if (existsSync(output) && statSync(output).mtimeMs > statSync(source).mtimeMs) return;
  const { outputText } = ts.transpileModule(readFileSync(source, 'utf8'), {
    fileName: source,
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      experimentalDecorators: true,
      verbatimModuleSyntax: true,
    },
  });
  mkdirSync(dirname(output), { recursive: true });
  rmSync(output, { force: true });
  writeFileSync(output, outputText);
}
