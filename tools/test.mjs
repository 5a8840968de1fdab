import './node-version.mjs';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { ensureSystemParts, PATH } from './install-system.mjs';
import { bin, ROOT, Sentence } from './workspace.mjs';

// npm test [-- jest arguments]: all tests. The last line is "N passed, N failed", alone; exit code 0 only without failures.
// TORTURE_KILLS=<n> lets torture follow, with so many kills: one test more.
const reportDir = mkdtempSync(join(tmpdir(), 'wavehouse-report-'));
const report = join(reportDir, 'report.json');

try {
  await ensureInstalled();
  await ensureSystemParts();
  await ensureBuilt();
  const code = await jest(process.argv.slice(2));
  if (!existsSync(report)) throw new Sentence('The tests were interrupted.');
  const { passed, failed, pending } = counts();
  const survived = await torture(Number(process.env.TORTURE_KILLS ?? 0));
  if (pending > 0) console.log(`${pending} not applicable on this machine (see above)`);
  console.log(`${passed + Number(survived === true)} passed, ${failed + Number(survived === false)} failed`);
  process.exitCode = code === 0 && failed === 0 && survived !== false ? 0 : 1;
} catch (error) {
  console.error(error instanceof Sentence ? error.message : error);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
} finally {
  rmSync(reportDir, { recursive: true, force: true });
}

function jest(args) {
  const node = ['--experimental-vm-modules', '--no-warnings=ExperimentalWarning', bin('jest')];
  const child = spawn(
    process.execPath,
    [...node, '--maxWorkers=2', '--testTimeout=60000', '--json', `--outputFile=${report}`, ...args],
    {
      cwd: ROOT,
      env: { ...process.env, PATH },
      // jest's own report goes to stderr; with --json its stdout repeats the file.
      stdio: ['inherit', 'ignore', 'inherit'],
    },
  );
  for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => child.kill(name));
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}

/** Null when there was none; what it found is on the terminal, with its seed. */
function torture(kills) {
  if (!kills) return null;
  const program = join(ROOT, 'dist/libs/torture/src/torture.main.js');
  // Two bursts at least: what is restored from a backup comes between the first and the second.
  const burst = Math.min(50, Math.ceil(kills / 2));
  const seed = process.env.TORTURE_SEED ?? '1';
  const args = ['--kills', String(kills), '--burst', String(burst), '--seed', seed];
  const child = spawn(process.execPath, [program, ...args], {
    cwd: ROOT,
    env: { ...process.env, PATH },
    stdio: ['ignore', 2, 2],
  });
  for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => child.kill(name));
  return new Promise((resolve) => child.once('close', (code) => resolve(code === 0)));
}

/** A spec file that does not load has no tests that could fail: it counts as one failure. */
function counts() {
  const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites, numTotalTests } =
    JSON.parse(readFileSync(report, 'utf8'));
  const nothingRan = numTotalTests === 0 && numRuntimeErrorTestSuites === 0 ? 1 : 0;
  return {
    passed: numPassedTests,
    failed: numFailedTests + numRuntimeErrorTestSuites + nothingRan,
    pending: numPendingTests,
  };
}
