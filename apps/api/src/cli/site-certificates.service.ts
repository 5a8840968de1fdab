import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { type KeyPair, SiteAuthorityService } from '../devices/site-authority.service.js';
import { asSystem } from '../platform/context.js';
import { Database, rows } from '../platform/database.service.js';
import { Refusal } from '../platform/refusal.js';

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

  /** Writes `<name>.key`, `<name>.crt` and `ca.crt` into `directory`, the key for its owner only. @returns the paths. */
  async issue(siteCode: string | null, hosts: readonly string[], directory: string): Promise<string[]> {
    const pair: KeyPair = await this.at(siteCode, (code) => this.authority.issueForOperator(code, hosts));
    const name = hosts.length > 0 ? 'broker' : 'core';
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
