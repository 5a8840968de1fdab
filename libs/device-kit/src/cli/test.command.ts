import {
  CONFORMANCE_RULES,
  checkRule,
  earnedLevel,
  falseClaim,
  type RuleResult,
} from '../conformance/conformance.js';
import { readDriverFolder } from '../conformance/folder.js';
import { findDriverFolders } from '../driver-index.js';
import { compileDriverFolder, DEVICES, driverDir } from './workspace.js';

export interface TestOptions {
  dir?: string;
  rule?: string;
}

/** Runs the conformance suite; true when everything holds. */
export async function testDrivers(
  id: string | undefined,
  options: TestOptions,
  say: (line: string) => void,
): Promise<boolean> {
  const all = id === undefined && options.dir === undefined;
  const dirs = all
    ? (await findDriverFolders(DEVICES)).map((each) => driverDir(each, undefined))
    : [driverDir(id, options.dir)];
  let good = true;
  for (const dir of dirs) good = (await testFolder(dir, options.rule, say)) && good;
  return good;
}

const MARKS = { passed: 'ok  ', failed: 'FAIL', exempt: 'n/a ' };

async function testFolder(
  dir: string,
  only: string | undefined,
  say: (line: string) => void,
): Promise<boolean> {
  const folder = await readDriverFolder(dir, await compileDriverFolder(dir));
  const rules = CONFORMANCE_RULES.filter((rule) => only === undefined || String(rule.id) === only);
  if (rules.length === 0)
    throw new Error(`there is no rule ${only}: they are 1 to ${CONFORMANCE_RULES.length}`);
  say(`${folder.driver.id} ${folder.driver.version}: ${folder.driver.title}`);
  const results: RuleResult[] = [];
  for (const rule of rules) {
    const result = await checkRule(rule, folder);
    results.push(result);
    say(
      `  ${MARKS[result.outcome]} ${String(result.id).padStart(2)}  ${result.title}${result.detail ? `\n          ${result.detail}` : ''}`,
    );
  }
  const failed = results.some((result) => result.outcome === 'failed');
  if (only !== undefined) return !failed;
  const claim = falseClaim(folder.quality, results);
  say(`  level: ${earnedLevel(results)}${claim ? ` (${claim})` : ''}`);
  return !failed && claim === null;
}
