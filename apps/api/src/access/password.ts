import { hash, verify } from '@node-rs/argon2';

/** argon2id with the parameters that OWASP asks for at least: 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Checked against when there is no such person, so that the answer takes as long as for a wrong secret. */
let decoy: Promise<string> | null = null;

export function hashSecret(secret: string): Promise<string> {
  return hash(secret, COST);
}

/** Whether the secret fits; takes as long without a stored hash as with one. */
export async function fitsSecret(stored: string | null | undefined, given: string): Promise<boolean> {
  decoy ??= hashSecret('nobody has this secret');
  const fits = await verify(stored ?? (await decoy), given);
  return fits && stored !== null && stored !== undefined;
}
