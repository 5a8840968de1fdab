import { join } from 'node:path';
import { isAgentName, type Principal } from './broker-acl.js';
import { putBrokerCredential, removeBrokerCredential, usernameOf } from './broker-credentials.js';
import { putMosquittoCredential, removeMosquittoCredential } from './mosquitto-files.js';
import { newPassword } from './secrets.js';

const HELP = `Adds and removes broker credentials.

Usage: node credential.main.js put core | put <site>/<agent> | remove core | remove <site>/<agent>

Where: MOSQUITTO_DIR (its files "passwords" and "acl"; send mosquitto a SIGHUP afterwards) or BROKER_CREDENTIALS_FILE
(of the embedded broker, which notices by itself). "put" takes the password from CREDENTIAL_PASSWORD, or makes one and
prints it, once. A credential that exists gets the new password.
`;

/** What was asked cannot be done; printed as it is. */
class UsageError extends Error {}

async function main([verb, who, ...rest]: string[], env: NodeJS.ProcessEnv): Promise<string> {
  if (verb === '--help' || verb === undefined) return HELP;
  if ((verb !== 'put' && verb !== 'remove') || who === undefined || rest.length > 0)
    throw new UsageError(HELP);
  const principal = principalOf(who);
  if (verb === 'remove') {
    await remove(principal, env);
    return `${usernameOf(principal)} may not sign in any more.\n`;
  }
  const password = env.CREDENTIAL_PASSWORD || newPassword();
  await put(principal, password, env);
  const told = env.CREDENTIAL_PASSWORD ? 'the password given' : `the password ${password}`;
  return `${usernameOf(principal)} signs in with ${told}.\n`;
}

function principalOf(who: string): Principal {
  if (who === 'core') return { kind: 'core' };
  const [site = '', agent = '', ...rest] = who.split('/');
  if (rest.length > 0 || !isAgentName(site, agent)) {
    throw new UsageError(`${JSON.stringify(who)} is neither "core" nor a <site>/<agent> of plain words.\n`);
  }
  return { kind: 'agent', site, agent };
}

function mosquittoFiles(dir: string) {
  return { passwordFile: join(dir, 'passwords'), aclFile: join(dir, 'acl') };
}

async function put(principal: Principal, password: string, env: NodeJS.ProcessEnv): Promise<void> {
  if (env.MOSQUITTO_DIR) await putMosquittoCredential(mosquittoFiles(env.MOSQUITTO_DIR), principal, password);
  else await putBrokerCredential(credentialsFile(env), principal, password);
}

async function remove(principal: Principal, env: NodeJS.ProcessEnv): Promise<void> {
  if (env.MOSQUITTO_DIR) await removeMosquittoCredential(mosquittoFiles(env.MOSQUITTO_DIR), principal);
  else await removeBrokerCredential(credentialsFile(env), principal);
}

function credentialsFile(env: NodeJS.ProcessEnv): string {
  if (env.BROKER_CREDENTIALS_FILE) return env.BROKER_CREDENTIALS_FILE;
  throw new UsageError('Neither MOSQUITTO_DIR nor BROKER_CREDENTIALS_FILE is set.\n');
}

main(process.argv.slice(2), process.env).then(
  (said) => process.stdout.write(said),
  (error: Error) => {
    process.stderr.write(error instanceof UsageError ? error.message : `${error.message}\n`);
    process.exitCode = 1;
  },
);
