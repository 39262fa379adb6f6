import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The code whose branches count: the core and the use cases. */
const measured =
  /\/dist-simulation\/src\/(domain\/(?!ports\/)|licensing\/(?:.*-license|apply-.*|cancel-.*|poll-.*|request-.*|revoke-.*)\.js)/;

/** Starts to count branches. Returns a function that resolves to the arms of all branches: place to whether it was reached. */
export async function startCoverage() {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return async () => {
    const { result } = await session.post('Profiler.takePreciseCoverage');
    session.disconnect();
    return result.filter(({ url }) => measured.test(url)).flatMap(listArms);
  };
}

/** @param {import('node:inspector').Profiler.ScriptCoverage} script @returns {[place: string, isReached: boolean][]} */
function listArms({ url, functions }) {
  const path = fileURLToPath(url);
  const text = readFileSync(path, 'utf8');
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const ranges = functions.flatMap((each) => each.ranges);
  /** @param {ts.Node} node */
  const isReached = (node) => {
    const at = node.getStart(file);
    const around = ranges.filter(({ startOffset, endOffset }) => startOffset <= at && at < endOffset);
    const innermost = around.toSorted(
      (a, b) => a.endOffset - a.startOffset - (b.endOffset - b.startOffset),
    )[0];
    return (innermost?.count ?? 0) > 0;
  };
  return findArms(file).map((node) => {
    const { line, character } = file.getLineAndCharacterOfPosition(node.getStart(file));
    return [`${path.split('dist-simulation/')[1]}:${line + 1}:${character + 1}`, isReached(node)];
  });
}

/** Returns the code that runs only on one side of a condition. @param {ts.Node} root @returns {ts.Node[]} */
function findArms(root) {
  /** @type {ts.Node[]} */
  const arms = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    // The compiler's helper for decorators.
    if (ts.isVariableStatement(node) && node.getText().startsWith('var __decorate')) return;
    if (ts.isIfStatement(node)) {
      arms.push(node.thenStatement);
      if (node.elseStatement !== undefined) arms.push(node.elseStatement);
    } else if (ts.isConditionalExpression(node)) arms.push(node.whenTrue, node.whenFalse);
    else if (ts.isCaseClause(node) && node.statements[0] !== undefined) arms.push(node.statements[0]);
    else if (ts.isBinaryExpression(node) && isShortCircuit(node.operatorToken.kind)) arms.push(node.right);
    ts.forEachChild(node, visit);
  };
  visit(root);
  return arms;
}

/** @param {ts.SyntaxKind} kind */
function isShortCircuit(kind) {
  const { AmpersandAmpersandToken, BarBarToken, QuestionQuestionToken } = ts.SyntaxKind;
  return [AmpersandAmpersandToken, BarBarToken, QuestionQuestionToken].includes(kind);
}
