import { pbkdf2, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { coreStateTopic } from '#lib/contracts';
import { writeFileAtomically } from './atomic-file.js';
import type { Principal } from './broker-acl.js';
import { usernameOf } from './broker-credentials.js';
import { withFileLock } from './file-lock.js';

const derive = promisify(pbkdf2);
const ITERATIONS = 101;
const SALT_BYTES = 12;
const KEY_BYTES = 64;

/** `password_file` and `acl_file` of a mosquitto. It reads them again on SIGHUP. */
export interface MosquittoFiles {
  passwordFile: string;
  aclFile: string;
}

/** Adds or replaces a credential in mosquitto's files, with the same rights as on the embedded broker. */
export async function putMosquittoCredential(
  files: MosquittoFiles,
  principal: Principal,
  password: string,
): Promise<string> {
  const username = usernameOf(principal);
  const line = `${username}:${await passwordHash(password)}`;
  await replace(files.passwordFile, (text) => `${withoutPassword(text, username)}${line}\n`);
  await replace(files.aclFile, (text) => `${withoutRights(text, username)}${rightsOf(principal)}`);
  return username;
}

/** Removes a credential from mosquitto's files. */
export async function removeMosquittoCredential(files: MosquittoFiles, principal: Principal): Promise<void> {
  const username = usernameOf(principal);
  await replace(files.aclFile, (text) => withoutRights(text, username));
  await replace(files.passwordFile, (text) => withoutPassword(text, username));
}

/** mosquitto's own format, `$7$<iterations>$<salt>$<key>`: PBKDF2 with SHA-512 (password_mosq.c of mosquitto 2.0). */
async function passwordHash(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, ITERATIONS, KEY_BYTES, 'sha512');
  return `$7$${ITERATIONS}$${salt.toString('base64')}$${key.toString('base64')}`;
}

function rightsOf(principal: Principal): string {
  const username = usernameOf(principal);
  if (principal.kind === 'core') return `user ${username}\ntopic readwrite wh/v1/#\n\n`;
  const { site, agent } = principal;
  return `user ${username}\ntopic readwrite wh/v1/${site}/${agent}/#\ntopic read ${coreStateTopic(site)}\n\n`;
}

function withoutPassword(text: string, username: string): string {
  const kept = text.split('\n').filter((line) => line !== '' && !line.startsWith(`${username}:`));
  return kept.map((line) => `${line}\n`).join('');
}

/** An entry is a paragraph that begins with `user <name>`; everything else in the file (also by hand) stays. */
function withoutRights(text: string, username: string): string {
  const paragraphs = text.split(/\n{2,}/).map((paragraph) => paragraph.trim());
  const kept = paragraphs.filter(
    (paragraph) => paragraph !== '' && paragraph.split('\n')[0] !== `user ${username}`,
  );
  return kept.map((paragraph) => `${paragraph}\n\n`).join('');
}

async function replace(file: string, edit: (text: string) => string): Promise<void> {
  await withFileLock(file, async () => {
    const before = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    await writeFileAtomically(file, edit(before), 0o600);
  });
}
