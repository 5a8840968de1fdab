import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupError } from './store.js';

/** What an enrolled agent signs in to the broker with. */
export interface Credential {
  site: string;
  agent: string;
  /** `mqtt://` or `mqtts://` URL of the broker. */
  mqttUrl: string;
  /** Null where a certificate takes its place. */
  secret: string | null;
  certificate: HeldCertificate | null;
}

/** PEM texts; the key was made on this machine and has never left it. */
export interface HeldCertificate {
  privateKeyPem: string;
  certificatePem: string;
  authorityPem: string;
}

/** One file, replaced as a whole: a key without its certificate would lock the agent out. */
export function credentialFile(dataDir: string): string {
  return join(dataDir, 'credential.json');
}

/** Null before the agent has enrolled. */
export async function readCredential(dataDir: string): Promise<Credential | null> {
  const file = credentialFile(dataDir);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new StartupError(`${file} cannot be read: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text) as Credential;
  } catch {
    throw new StartupError(`${file} is damaged: enrol this agent again (edge-agent enrol --help)`);
  }
}

/** Durable when it returns; a reader sees the old or the new one. */
export async function saveCredential(dataDir: string, credential: Credential): Promise<void> {
  const file = credentialFile(dataDir);
  const temporary = `${file}.${process.pid}`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(credential, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}
