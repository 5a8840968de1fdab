import { resolve } from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import { Command } from 'commander';
import { SiteCertificatesService } from './site-certificates.service.js';

type WithApplication = (work: (app: INestApplicationContext) => Promise<void>) => Promise<void>;

const HELP = `
The authority is made when it is first asked for; its key lies sealed in the database (SITE_CA_SECRET). Agents get their
certificates by enrolling and renew them themselves. The broker and the core get theirs here:

  wavehouse site-ca broker --host mqtt.example --host 10.0.0.5 --out /etc/mosquitto/wavehouse
  wavehouse site-ca core --out /etc/wavehouse/tls
  wavehouse site-ca crl > /etc/mosquitto/wavehouse/crl.pem     # daily; then: systemctl reload mosquitto
`;

/** `wavehouse site-ca ...`: certificates for the broker and the core, and the list of withdrawn ones. */
export function siteCaCommands(withApplication: WithApplication): Command {
  const command = new Command('site-ca')
    .description("the site's certificate authority: who may sign in at the broker")
    .addHelpText('after', HELP);
  const part = (name: string, says: string) =>
    command.command(name).description(says).option('--site <code>', 'where there is more than one site');
  part('show', "prints the authority's certificate, which the broker trusts").action(({ site }: Site) =>
    print(withApplication, (certificates) => certificates.show(site ?? null)),
  );
  part('crl', 'prints the signed list of withdrawn certificates').action(({ site }: Site) =>
    print(withApplication, (certificates) => certificates.revocations(site ?? null)),
  );
  part('broker', 'writes a key and certificate for the broker')
    .requiredOption('--host <name>', 'a name or address that agents call it by; repeatable', collect, [])
    .requiredOption('--out <directory>', 'where to; its files are replaced')
    .action(({ site, host, out }: Site & { host: string[]; out: string }) =>
      write(withApplication, site, host, out),
    );
  part('core', 'writes a key and certificate for the core')
    .requiredOption('--out <directory>', 'where to; its files are replaced')
    .action(({ site, out }: Site & { out: string }) => write(withApplication, site, [], out));
  return command;
}

interface Site {
  site?: string;
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

function print(
  withApplication: WithApplication,
  text: (certificates: SiteCertificatesService) => Promise<string>,
): Promise<void> {
  return withApplication(async (app) => {
    process.stdout.write(await text(app.get(SiteCertificatesService)));
  });
}

function write(
  withApplication: WithApplication,
  site: string | undefined,
  hosts: string[],
  out: string,
): Promise<void> {
  return withApplication(async (app) => {
    const files = await app.get(SiteCertificatesService).issue(site ?? null, hosts, resolve(out));
    console.log(`Written: ${files.join(', ')}. Good for 13 months; run this again before.`);
  });
}
