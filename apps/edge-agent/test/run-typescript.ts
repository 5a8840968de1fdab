import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');
const fromSource = ['--no-warnings', '--conditions=source', '--import=@swc-node/register/esm-register'];

/** Runs a TypeScript file of this tree in a process of its own, from source, as `node` would run its build. */
export function runTypescript(file: string, args: string[] = [], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [...fromSource, file, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: 'pipe',
  });
}
