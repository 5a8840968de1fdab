import { spawn } from 'node:child_process';
import { appendFile } from 'node:fs/promises';

export interface OnePlan {
  name: string;
  /** Arguments of node: the file and what follows. */
  program: string[];
  env: NodeJS.ProcessEnv;
  logFile: string;
  limitMs: number;
}

/** Runs a program to its end and answers its output. Throws its last line as one sentence when it fails. */
export async function runOnce(
  { name, program, env, logFile, limitMs }: OnePlan,
  signal: AbortSignal,
): Promise<string> {
  const child = spawn(process.execPath, ['--enable-source-maps', ...program], {
    env,
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    timeout: limitMs,
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (errors += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  await appendFile(logFile, output + errors);
  if (code === 0) return output;
  const said = (errors.trim() || output.trim()).split('\n').filter((line) => !/^\s+at /.test(line));
  throw new Error(`${name} failed: ${said.at(-1) ?? `code ${code}`} (its log is ${logFile})`);
}
