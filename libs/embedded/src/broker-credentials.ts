import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { writeFileAtomically } from './atomic-file.js';
import { agentUsername, isAgentName, type Principal } from './broker-acl.js';
import { withFileLock } from './file-lock.js';

const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const KEY_BYTES = 32;
const SALT_BYTES = 16;

/** One line of the credentials file: who it is and how its password is checked. */
export type StoredCredential = Principal & {
  /** `scrypt$<salt>$<key>`, base64url, Node's default cost (N = 16384, r = 8, p = 1). */
  hash: string;
};

/** The credentials file of the embedded broker (mode 0600): user name to credential. */
export type CredentialFile = Record<string, StoredCredential>;

/** The user name under which a principal signs in to a broker. */
export function usernameOf(principal: Principal): string {
  if (principal.kind === 'core') return 'core';
  if (!isAgentName(principal.site, principal.agent)) {
    throw new RangeError(`not an agent: ${JSON.stringify(agentUsername(principal.site, principal.agent))}`);
  }
  return agentUsername(principal.site, principal.agent);
}

/** Adds a credential or replaces its password. A running broker knows it at the next sign-in. Answers the user name. */
export async function putBrokerCredential(
  file: string,
  principal: Principal,
  password: string,
): Promise<string> {
  const username = usernameOf(principal);
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, KEY_BYTES);
  const hash = `scrypt$${salt.toString('base64url')}$${key.toString('base64url')}`;
  await change(file, (all) => ({ ...all, [username]: { ...principal, hash } }));
  return username;
}

/** Removes a credential; a running broker ends its connections within a second. */
export async function removeBrokerCredential(file: string, principal: Principal): Promise<void> {
  const username = usernameOf(principal);
  await change(file, ({ [username]: _, ...rest }) => rest);
}

async function change(file: string, edit: (all: CredentialFile) => CredentialFile): Promise<void> {
  await withFileLock(file, async () => {
    await writeFileAtomically(file, `${JSON.stringify(edit(await readCredentials(file)), null, 2)}\n`, 0o600);
  });
}

async function readCredentials(file: string): Promise<CredentialFile> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as CredentialFile;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

/** Checks sign-ins against the file and notices when it changes. */
export class CredentialChecker {
  private seen = '';
  private credentials: CredentialFile = {};

  constructor(private readonly file: string) {}

  /** The principal of this name and password, or null. Takes as long for an unknown name as for a wrong password. */
  async verify(username: string, password: string): Promise<Principal | null> {
    await this.reload();
    const stored = Object.hasOwn(this.credentials, username) ? this.credentials[username] : undefined;
    const [, salt = '', key = ''] = stored?.hash.split('$') ?? [];
    const given = await derive(password, Buffer.from(salt, 'base64url'), KEY_BYTES);
    const wanted = Buffer.from(key, 'base64url');
    if (!stored || wanted.length !== KEY_BYTES || !timingSafeEqual(given, wanted)) return null;
    return stored.kind === 'core'
      ? { kind: 'core' }
      : { kind: 'agent', site: stored.site, agent: stored.agent };
  }

  /** Reads the file again when it has changed; answers whether it had. */
  async reload(): Promise<boolean> {
    const { mtimeMs, size, ino } = await stat(this.file);
    const now = `${mtimeMs} ${size} ${ino}`;
    if (now === this.seen) return false;
    this.credentials = await readCredentials(this.file);
    this.seen = now;
    return true;
  }

  knows(username: string): boolean {
    return Object.hasOwn(this.credentials, username);
  }
}
