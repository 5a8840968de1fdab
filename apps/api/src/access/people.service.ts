import { Injectable } from '@nestjs/common';
import { decodeHouseCode } from '#lib/barcodes';
import type { RoleName } from '#lib/contracts';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { invalid } from '../platform/http/validation.js';
import { newId } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';
import { notAllowed } from './access.errors.js';
import { hashSecret } from './password.js';
import { SessionsService } from './sessions.service.js';
import { currentPerson } from './sign-in.service.js';

export interface PersonView {
  id: string;
  name: string;
  email: string | null;
  badge: string | null;
  roles: RoleName[];
  language: string;
  active: boolean;
}

export interface NewPerson {
  name: string;
  roles: RoleName[];
  email?: string;
  password?: string;
  badge?: string;
  pin?: string;
  language?: string;
}

export type PersonChange = Partial<NewPerson> & { active?: boolean };

/** The people of a site: who they are, what they may do, how they sign in. */
@Injectable()
export class PeopleService {
  constructor(
    private readonly db: Database,
    private readonly sessions: SessionsService,
  ) {}

  /** Everybody with a role at this site, by name. */
  list(): Promise<PersonView[]> {
    return this.db.transaction((tx) => views(tx, null));
  }

  async create(person: NewPerson): Promise<PersonView> {
    refuseHalfCredentials(person);
    this.refuseAdminByOthers(person.roles);
    const id = newId();
    const { passwordHash, pinHash } = await hashes(person);
    return this.db.transaction(async (tx) => {
      await this.insert(tx, { ...person, id, passwordHash, pinHash });
      return (await views(tx, id))[0]!;
    });
  }

  /** Adds a person in a transaction of the caller (setup, demo). Hash the secrets before: argon2id takes its time. */
  async insert(
    tx: Tx,
    person: NewPerson & { id: string; passwordHash: string | null; pinHash: string | null },
  ): Promise<void> {
    await rows(
      tx,
      `insert into people (id, name, email, password_hash, badge, pin_hash, language, active, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, true, $8)`,
      [
        person.id,
        person.name,
        person.email?.trim().toLowerCase() ?? null,
        person.passwordHash,
        person.badge ? checkedBadge(person.badge) : null,
        person.pinHash,
        person.language ?? 'en',
        tx.at,
      ],
    );
    await setRoles(tx, person.id, person.roles);
  }

  /** Changes what is named. A new secret, other roles or a deactivation end the person's sessions. */
  async change(id: string, change: PersonChange): Promise<PersonView> {
    if (change.roles) this.refuseAdminByOthers(change.roles);
    const { passwordHash, pinHash } = await hashes(change);
    return this.db.transaction(async (tx) => {
      const found = (await views(tx, id))[0];
      if (!found)
        throw new Refusal('access.unknown-person', 'There is no such person here.', { status: 404 });
      this.refuseAdminByOthers(found.roles);
      await rows(
        tx,
        `update people set name = coalesce($2, name), email = coalesce($3, email), badge = coalesce($4, badge),
           language = coalesce($5, language), active = coalesce($6, active),
           password_hash = coalesce($7, password_hash), pin_hash = coalesce($8, pin_hash)
         where id = $1`,
        [
          id,
          change.name ?? null,
          change.email?.trim().toLowerCase() ?? null,
          change.badge ? checkedBadge(change.badge) : null,
          change.language ?? null,
          change.active ?? null,
          passwordHash,
          pinHash,
        ],
      );
      if (change.roles) await setRoles(tx, id, change.roles);
      if (change.roles || change.active === false || passwordHash || pinHash)
        await this.sessions.endAllOf(tx, id);
      await refuseWithoutAdmin(tx);
      return (await views(tx, id))[0]!;
    });
  }

  /** Supervisors look after floor people; only administrators make or change office people with more rights. */
  private refuseAdminByOthers(roles: readonly RoleName[]): void {
    if (currentPerson().roles.includes('admin')) return;
    if (roles.some((role) => role !== 'operator')) throw notAllowed();
  }
}

async function hashes(person: Pick<NewPerson, 'password' | 'pin'>) {
  const passwordHash = person.password ? await hashSecret(person.password) : null;
  const pinHash = person.pin ? await hashSecret(person.pin) : null;
  return { passwordHash, pinHash };
}

/** A person needs at least one complete way in. */
function refuseHalfCredentials({ email, password, badge, pin }: NewPerson): void {
  if (Boolean(email) !== Boolean(password)) {
    throw invalid([{ field: email ? 'password' : 'email', message: 'e-mail and password belong together' }]);
  }
  if (Boolean(badge) !== Boolean(pin)) {
    throw invalid([{ field: badge ? 'pin' : 'badge', message: 'badge and PIN belong together' }]);
  }
  if (!email && !badge) {
    throw invalid([{ field: 'badge', message: 'give a badge and PIN, or an e-mail and password' }]);
  }
}

function checkedBadge(text: string): string {
  const upper = text.trim().toUpperCase();
  const code = upper.startsWith('B-') ? upper : `B-${upper}`;
  if (decodeHouseCode(code)?.kind === 'badge') return code;
  throw invalid([
    { field: 'badge', message: 'a badge is B- and capital letters and digits, such as B-1042' },
  ]);
}

async function setRoles(tx: Tx, personId: string, roles: readonly RoleName[]): Promise<void> {
  await rows(tx, 'delete from person_roles where person_id = $1 and site_id = $2', [personId, tx.siteId]);
  await rows(
    tx,
    `insert into person_roles (person_id, site_id, role) select $1, $2, role from unnest($3::text[]) as role
     on conflict do nothing`,
    [personId, tx.siteId, [...new Set(roles)]],
  );
}

/** Nobody may lock everybody out. */
async function refuseWithoutAdmin(tx: Tx): Promise<void> {
  const admin = await row(
    tx,
    `select 1 from person_roles r join people p on p.id = r.person_id
     where r.site_id = $1 and r.role = 'admin' and p.active and p.password_hash is not null limit 1`,
    [tx.siteId],
  );
  if (!admin) throw new Refusal('access.last-admin', 'Somebody must stay administrator of the site.');
}

async function views(tx: Tx, id: string | null): Promise<PersonView[]> {
  return rows(
    tx,
    `select p.id, p.name, p.email, p.badge, p.language, p.active,
       array_agg(r.role order by r.role) as roles
     from people p join person_roles r on r.person_id = p.id and r.site_id = $1
     where $2::uuid is null or p.id = $2
     group by p.id order by p.name, p.id`,
    [tx.siteId, id],
  );
}
