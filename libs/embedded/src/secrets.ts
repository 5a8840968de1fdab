import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from './atomic-file.js';

export type Secrets = Record<string, string>;

/** A password of 192 random bits that needs no escaping in a URL, a shell or a config file. */
export function newPassword(): string {
  return randomBytes(24).toString('base64url');
}

/** Reads the secrets kept beside a data directory; an absent file has none. */
export async function readSecrets(file: string): Promise<Secrets> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Secrets;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

/** Answers the named secrets and makes (and stores, mode 0600) those that are not there yet. */
export async function ensureSecrets<Name extends string>(
  file: string,
  names: readonly Name[],
): Promise<Record<Name, string>> {
  const secrets = await readSecrets(file);
  const missing = names.filter((name) => !secrets[name]);
  for (const name of missing) secrets[name] = newPassword();
  if (missing.length > 0) await writeFileAtomically(file, `${JSON.stringify(secrets, null, 2)}\n`, 0o600);
  return secrets as Record<Name, string>;
}
