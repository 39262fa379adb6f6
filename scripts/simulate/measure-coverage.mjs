import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The code whose branches count: the core and the use cases. */
const measured =
  /\/dist-simulation\/src\/(domain\/|licensing\/(?:.*-license|apply-.*|cancel-.*|poll-.*|request-.*|revoke-.*|trusted-.*)\.js)/;

/** Starts to count branches. Returns a function that resolves to the arms of all branches: place to how often it was reached. */
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

/** @param {import('node:inspector').Profiler.ScriptCoverage} script @returns {[place: string, count: number][]} */
function listArms({ url, functions }) {
  const path = fileURLToPath(url);
  const text = readFileSync(path, 'utf8');
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const ranges = functions.flatMap((each) => each.ranges);
  /** @param {ts.Node} node */
  const countOf = (node) => {
    const at = node.getStart(file);
    const around = ranges.filter(({ startOffset, endOffset }) => startOffset <= at && at < endOffset);
    const innermost = around.toSorted(
      (a, b) => a.endOffset - a.startOffset - (b.endOffset - b.startOffset),
    )[0];
    return innermost?.count ?? 0;
  };
  const name = path.split('dist-simulation/')[1]?.replace(/\.js$/, '.ts');
  return findArms(file).map(({ text: arm, node, around }) => {
    const place = `${name}: ${arm.replaceAll(/\s+/g, ' ')}`;
    return [place, around === undefined ? countOf(node) : Math.max(0, countOf(around) - countOf(node))];
  });
}

/**
 * Returns the sides of all conditions. A side without its own code, as an absent `else`, has `around`: it was reached if
 * `around` ran more often than `node`.
 * @param {ts.Node} root @returns {{ text: string, node: ts.Node, around?: ts.Node }[]}
 */
function findArms(root) {
  /** @type {{ text: string, node: ts.Node, around?: ts.Node }[]} */
  const arms = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    // The compiler's helper for decorators.
    if (ts.isVariableStatement(node) && node.getText().startsWith('var __decorate')) return;
    if (ts.isIfStatement(node)) {
      const condition = `if (${node.expression.getText()})`;
      const { thenStatement, elseStatement } = node;
      arms.push({ text: condition, node: thenStatement });
      if (elseStatement === undefined)
        arms.push({ text: `${condition} else`, node: thenStatement, around: node });
      else arms.push({ text: `${condition} else`, node: elseStatement });
    } else if (ts.isConditionalExpression(node)) {
      const condition = node.condition.getText();
      arms.push({ text: `${condition} ? ${node.whenTrue.getText()}`, node: node.whenTrue });
      arms.push({ text: `${condition} : ${node.whenFalse.getText()}`, node: node.whenFalse });
    } else if (ts.isCaseClause(node) && node.statements[0] !== undefined)
      arms.push({ text: `case ${node.expression.getText()}`, node: node.statements[0] });
    else if (ts.isBinaryExpression(node) && isShortCircuit(node.operatorToken.kind)) {
      arms.push({ text: node.getText(), node: node.right });
      arms.push({
        text: `${node.getText()} (left side)`,
        node: node.right,
        around: lastOperand(node.left, node),
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(root);
  return arms;
}

/** Returns the operand whose value decides whether the right side of a chain such as `a && b && c` runs. @param {ts.Expression} left @param {ts.BinaryExpression} chain */
function lastOperand(left, { operatorToken }) {
  return ts.isBinaryExpression(left) && left.operatorToken.kind === operatorToken.kind ? left.right : left;
}

/** @param {ts.SyntaxKind} kind */
function isShortCircuit(kind) {
  const { AmpersandAmpersandToken, BarBarToken, QuestionQuestionToken } = ts.SyntaxKind;
  return [AmpersandAmpersandToken, BarBarToken, QuestionQuestionToken].includes(kind);
}
