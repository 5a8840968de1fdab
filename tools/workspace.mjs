import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** A sentence for the person at the terminal; no stack trace is printed for it. */
export class Sentence extends Error {}

/** Runs the main function of a tool: a Sentence is printed as it is, anything else with its stack. */
export function start(main) {
  main().catch((error) => {
    console.error(error instanceof Sentence ? error.message : error);
    process.exitCode = 1;
  });
}

/** Progress goes to stderr: stdout belongs to the program that runs in the end (for example `simulate --json`). */
export function say(line) {
  console.error(`wavehouse: ${line}`);
}

/** The program of a package, without the shell wrapper of node_modules/.bin. */
export function bin(packageName, name = packageName) {
  const home = join(ROOT, 'node_modules', packageName);
  const { bin: listed } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  return join(home, typeof listed === 'string' ? listed : listed[name]);
}

/**
 * Runs a program and answers `{code, output}`. Output is shown as it comes with `show`, else collected; every ten seconds
 * a line says that it is still at work.
 */
export function run(label, command, args, { show = false, env = process.env, limitMs = 15 * 60_000 } = {}) {
  const began = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env,
      stdio: show ? ['ignore', 2, 2] : ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && command === 'npm',
      timeout: limitMs,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += text));
    const ticking = setInterval(() => say(`${label}: still at work (${seconds(began)})`), 10_000);
    child.once('error', (error) => {
      clearInterval(ticking);
      reject(new Sentence(`${label}: ${command} cannot be run (${error.message}).`));
    });
    child.once('close', (code, signal) => {
      clearInterval(ticking);
      if (signal)
        output += `${label}: ended by ${signal} after ${seconds(began)} (limit ${limitMs / 60_000} min)\n`;
      resolve({ code: code ?? 1, output, took: seconds(began) });
    });
  });
}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

/** All files below the given files and directories that `wanted` keeps, sorted. */
export function filesBelow(places, wanted = () => true) {
  const found = [];
  const visit = (path) => {
    if (!existsSync(path)) return;
    if (!statSync(path).isDirectory()) {
      if (wanted(path)) found.push(path);
      return;
    }
    for (const name of readdirSync(path)) {
      if (name !== 'node_modules' && name !== 'dist' && !name.startsWith('.')) visit(join(path, name));
    }
  };
  for (const place of places) visit(join(ROOT, place));
  return found.sort();
}

/** One digest over names and contents. */
export function digestOf(files) {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${relative(ROOT, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex');
}
