import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { readCertificate } from '#lib/site-ca';
import { type KeyPair, SiteAuthorityService } from '../devices/site-authority.service.js';
import { asSystem } from '../platform/context.js';
import { Database, rows } from '../platform/database.service.js';
import { Refusal } from '../platform/refusal.js';

export type OperatorName = 'broker' | 'core';

/** What an operator asks the site's certificate authority for, as files. */
@Injectable()
export class SiteCertificatesService {
  constructor(
    private readonly db: Database,
    private readonly authority: SiteAuthorityService,
  ) {}

  /** @param siteCode null where there is one site only. */
  show(siteCode: string | null): Promise<string> {
    return this.at(siteCode, (code) => this.authority.authorityCertificate(code));
  }

  revocations(siteCode: string | null): Promise<string> {
    return this.at(siteCode, (code) => this.authority.revocations(code));
  }

  /** Puts the list in the place of the one before at once: a broker with half a list lets nobody in. */
  async writeRevocations(siteCode: string | null, file: string): Promise<void> {
    const list = await this.revocations(siteCode);
    await writeFile(`${file}.new`, list, { mode: 0o644 });
    await rename(`${file}.new`, file);
  }

  /** Until when the broker's or the core's certificate in `directory` holds; null where there is none. */
  async goodUntil(name: OperatorName, directory: string): Promise<Date | null> {
    const pem = await readFile(join(directory, `${name}.crt`), 'utf8').catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      },
    );
    return pem === null ? null : readCertificate(pem).notAfter;
  }

  /** Writes `<name>.key`, `<name>.crt` and `ca.crt` into `directory`, the key for its owner only. @returns the paths. */
  async issue(siteCode: string | null, hosts: readonly string[], directory: string): Promise<string[]> {
    const pair: KeyPair = await this.at(siteCode, (code) => this.authority.issueForOperator(code, hosts));
    const name: OperatorName = hosts.length > 0 ? 'broker' : 'core';
    await mkdir(directory, { recursive: true });
    const files: [string, string, number][] = [
      [`${name}.key`, pair.privateKeyPem, 0o600],
      [`${name}.crt`, pair.certificatePem, 0o644],
      ['ca.crt', pair.authorityPem, 0o644],
    ];
    for (const [file, text, mode] of files) await writeFile(join(directory, file), text, { mode });
    return files.map(([file]) => join(directory, file));
  }

  private async at<T>(siteCode: string | null, work: (code: string) => Promise<T>): Promise<T> {
    const sites = await asSystem('command line', null, () =>
      this.db.transaction((tx) =>
        rows<{ id: number; code: string }>(tx, 'select id, code from sites order by id'),
      ),
    );
    const [site, ...more] = sites.filter(({ code }) => siteCode === null || code === siteCode);
    if (!site || more.length > 0) {
      const known = sites.map(({ code }) => code).join(', ') || 'none';
      throw new Refusal('sites.which', `Which site? Name one with --site; there are: ${known}.`);
    }
    return asSystem('command line', site.id, () => work(site.code));
  }
}
