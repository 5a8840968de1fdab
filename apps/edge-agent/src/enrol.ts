import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import { newCertificateRequest, readCertificate } from '#lib/site-ca';
import { type Credential, credentialFile, readCredential, saveCredential } from './credential.js';
import { StartupError } from './store.js';

export const ENROL_HELP = `Joins this machine to a site: exchanges a claim code for a credential of its own.

Usage: edge-agent enrol --core https://wavehouse.example --code ABCDE-FGHJK [--broker mqtts://mqtt.example:8883]

  --core     where the core's web pages are
  --code     the claim code that the console shows under Devices > Enrol an agent; it works once, within an hour
  --broker   where the broker is, when the core does not say
  --password sign in with a password instead of a certificate (brokers without TLS)
  --again    replace the credential that this machine has

The key is made here and never leaves this machine. The credential lies in AGENT_DATA_DIR/credential.json, for its owner only;
AGENT_SITE, AGENT_CODE, AGENT_SECRET and MQTT_URL are then not needed.
`;

interface ClaimAnswer {
  site: string;
  agent: string;
  secret: string | null;
  certificate: { certificatePem: string; authorityPem: string } | null;
  mqttUrl: string | null;
}

const ANSWER_LIMIT_MS = 15_000;

/** `edge-agent enrol ...`. @returns what to tell the person. Throws a {@link StartupError} that says what to mend. */
export async function enrol(args: string[], dataDir: string | undefined): Promise<string> {
  const asked = readArgs(args);
  if (!dataDir) throw new StartupError('AGENT_DATA_DIR is not set; see --help');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const before = await readCredential(dataDir).catch(() => null);
  if (before && !asked.again) {
    throw new StartupError(
      `this machine is ${before.site}/${before.agent} already; --again replaces its credential`,
    );
  }
  const made = asked.password ? null : await newCertificateRequest(hostname());
  const answer = await claim(asked.core, asked.code, made?.requestPem);
  const mqttUrl = asked.broker ?? answer.mqttUrl;
  const credential: Credential = {
    site: answer.site,
    agent: answer.agent,
    mqttUrl: mqttUrl ?? '',
    secret: answer.secret,
    certificate: made && answer.certificate ? { privateKeyPem: made.privateKeyPem, ...pems(answer) } : null,
  };
  await saveCredential(dataDir, credential);
  return sentence(credential, dataDir);
}

function readArgs(args: string[]) {
  const parse = () =>
    parseArgs({
      args,
      options: {
        core: { type: 'string' },
        code: { type: 'string' },
        broker: { type: 'string' },
        password: { type: 'boolean', default: false },
        again: { type: 'boolean', default: false },
      },
    }).values;
  let values: ReturnType<typeof parse>;
  try {
    values = parse();
  } catch (error) {
    throw new StartupError(`${(error as Error).message}; see edge-agent enrol --help`);
  }
  const { core, code } = values;
  if (!core || !code) throw new StartupError('--core and --code are needed; see edge-agent enrol --help');
  if (!URL.canParse(core)) throw new StartupError(`--core is no URL: ${core}`);
  return { ...values, core, code };
}

async function claim(core: string, claimCode: string, certificateRequest?: string): Promise<ClaimAnswer> {
  const url = new URL('/api/v1/devices/agents/claim', core);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ claimCode, ...(certificateRequest ? { certificateRequest } : {}) }),
    signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
  }).catch((error: Error) => {
    const cause = error.cause instanceof Error ? error.cause.message : error.message;
    throw new StartupError(`the core does not answer at ${url.origin}: ${cause}`);
  });
  const body = (await response.json().catch(() => null)) as (ClaimAnswer & { detail?: string }) | null;
  if (response.ok && body) return body;
  throw new StartupError(body?.detail ?? `${url.origin} answered ${response.status}: is this the core?`);
}

function pems({ certificate }: ClaimAnswer) {
  const { certificatePem, authorityPem } = certificate!;
  return { certificatePem, authorityPem };
}

function sentence({ site, agent, certificate, mqttUrl }: Credential, dataDir: string): string {
  const until = certificate ? readCertificate(certificate.certificatePem).notAfter.toISOString() : null;
  const how = until
    ? `a certificate that it renews by itself (this one ends ${until.slice(0, 10)})`
    : 'a password';
  const broker = mqttUrl || 'a broker that MQTT_URL must name, because the core did not';
  return `This machine is ${site}/${agent} now. It signs in at ${broker} with ${how}, kept in ${credentialFile(dataDir)}.\n`;
}
