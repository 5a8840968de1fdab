import { resolve } from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import { Command, InvalidArgumentError } from 'commander';
import { SiteCertificatesService } from './site-certificates.service.js';

type WithApplication = (work: (app: INestApplicationContext) => Promise<void>) => Promise<void>;

const HELP = `
The authority is made when it is first asked for; its key lies sealed in the database (SITE_CA_SECRET). Agents get their
certificates by enrolling and renew them themselves. The broker and the core get theirs here:

  wavehouse site-ca broker --host mqtt.example --host 10.0.0.5 --out /etc/mosquitto/wavehouse
  wavehouse site-ca core --out /etc/wavehouse/tls
  wavehouse site-ca crl --out /etc/mosquitto/wavehouse/crl.pem

Daily, or deploy/systemd/wavehouse-site-ca.timer does it: the list runs out after 30 days, and with it nobody signs in. With
--renew-below-days 60 the certificates are replaced only when they come to their end.
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
  part('crl', 'prints the signed list of withdrawn certificates')
    .option('--out <file>', 'writes it there instead, in one go')
    .action(({ site, out }: Site & { out?: string }) =>
      out === undefined
        ? print(withApplication, (certificates) => certificates.revocations(site ?? null))
        : withApplication((app) =>
            app.get(SiteCertificatesService).writeRevocations(site ?? null, resolve(out)),
          ),
    );
  part('broker', 'writes a key and certificate for the broker')
    .requiredOption('--host <name>', 'a name or address that agents call it by; repeatable', collect, [])
    .requiredOption('--out <directory>', 'where to; its files are replaced')
    .option('--renew-below-days <n>', RENEW, days)
    .action((asked: Asked & { host: string[] }) => write(withApplication, asked));
  part('core', 'writes a key and certificate for the core')
    .requiredOption('--out <directory>', 'where to; its files are replaced')
    .option('--renew-below-days <n>', RENEW, days)
    .action((asked: Asked) => write(withApplication, { ...asked, host: [] }));
  return command;
}

interface Site {
  site?: string;
}

interface Asked extends Site {
  out: string;
  renewBelowDays?: number;
}

const RENEW = 'only when what lies there holds for fewer days';
const DAY_MS = 86_400_000;

function days(value: string): number {
  if (!/^[1-9]\d{0,3}$/.test(value)) throw new InvalidArgumentError('It takes a whole number of days.');
  return Number(value);
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

function write(withApplication: WithApplication, asked: Asked & { host: string[] }): Promise<void> {
  const { site = null, host, out, renewBelowDays } = asked;
  return withApplication(async (app) => {
    const certificates = app.get(SiteCertificatesService);
    const until =
      renewBelowDays === undefined
        ? null
        : await certificates.goodUntil(host.length > 0 ? 'broker' : 'core', resolve(out));
    if (until && until.getTime() - Date.now() >= renewBelowDays! * DAY_MS) {
      console.log(`Nothing to do: it holds until ${until.toISOString().slice(0, 10)}.`);
      return;
    }
    const files = await certificates.issue(site, host, resolve(out));
    console.log(`Written: ${files.join(', ')}. Good for 13 months; run this again before.`);
  });
}
