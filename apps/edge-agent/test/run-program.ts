import { type ChildProcess, spawn } from 'node:child_process';
import { extname, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');
const extension = extname(import.meta.filename);
const fromSource = ['--no-warnings', '--conditions=source', '--import=@swc-node/register/esm-register'];

/**
 * Runs a program of the agent in a process of its own: from source in a test, the built one in a benchmark. `program` is its
 * path without the extension, from this folder's parent.
 */
export function runProgram(program: string, args: string[] = [], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const file = `${resolve(import.meta.dirname, '..', program)}${extension}`;
  return spawn(process.execPath, [...(extension === '.ts' ? fromSource : []), file, ...args], {
    cwd: extension === '.ts' ? root : process.cwd(),
    env: { ...process.env, ...env },
    stdio: 'pipe',
  });
}
