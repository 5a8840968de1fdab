import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import ts from 'typescript';
import { filesBelow, ROOT } from './workspace.mjs';

/** The hard limits of docs/house.md; the aims are lower. Generated code, migrations (SQL) and data tables are exempt. */
const FILE_LINES = 500;
const FUNCTION_LINES = 70;
const COMPONENT_LINES = 150;
const CONSTRUCTOR_PARAMETERS = 8;
const PARAMETERS = 4;

const findings = [];
for (const file of filesBelow(['apps', 'libs', 'devices', 'bench', 'test', 'ormconfig.ts'], isCode))
  check(file);
for (const finding of findings) console.log(finding);
process.exitCode = findings.length > 0 ? 1 : 0;

function isCode(file) {
  return /\.tsx?$/.test(file) && !/\.generated\.|\.d\.ts$|migrations\/\d+-/.test(file);
}

function check(file) {
  const text = readFileSync(file, 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const isSpec = /\.spec\.tsx?$/.test(file);
  const lines = text.split('\n').length - 1;
  if (lines > FILE_LINES && !/\.data\.ts$/.test(file))
    findings.push(`${relative(ROOT, file)}: ${lines} lines (at most ${FILE_LINES})`);
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body) checkFunction(file, source, node, isSpec);
    ts.forEachChild(node, visit);
  };
  visit(source);
}

function checkFunction(file, source, node, isSpec) {
  const line = (at) => source.getLineAndCharacterOfPosition(at).line + 1;
  const where = `${relative(ROOT, file)}:${line(node.getStart(source))}`;
  const length = line(node.getEnd()) - line(node.getStart(source)) + 1;
  const limit = file.endsWith('.tsx') && returnsJsx(node) ? COMPONENT_LINES : FUNCTION_LINES;
  // The callback of describe() is a chapter, not a function.
  const isChapter = isSpec && ts.isCallExpression(node.parent);
  if (length > limit && !isChapter)
    findings.push(`${where}: a function of ${length} lines (at most ${limit})`);
  const most = ts.isConstructorDeclaration(node) ? CONSTRUCTOR_PARAMETERS : PARAMETERS;
  const count = node.parameters.filter((parameter) => parameter.name.getText(source) !== 'this').length;
  if (count > most) findings.push(`${where}: ${count} parameters (at most ${most})`);
}

function returnsJsx(node) {
  let found = false;
  const visit = (child) => {
    found ||= ts.isJsxElement(child) || ts.isJsxSelfClosingElement(child) || ts.isJsxFragment(child);
    if (!found) ts.forEachChild(child, visit);
  };
  visit(node.body);
  return found;
}
