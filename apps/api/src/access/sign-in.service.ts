import { Injectable } from '@nestjs/common';
import type { Me, SignedIn, SignInByBadge, SignInByPassword } from '#lib/contracts';
import { type Actor, asSystem, currentActor } from '../platform/context.js';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { log } from '../platform/log.js';
import {
  locked,
  noRole,
  notSignedIn,
  unknownSite,
  unknownStation,
  wrongCredentials,
} from './access.errors.js';
import {
  findByBadge,
  findByEmail,
  findStation,
  type PersonRow,
  type RolesAtSite,
  rolesOf,
  sessionEnd,
  siteView,
  stationView,
} from './access.queries.js';
import { type Failures, FORGET_MS, lockedForMs } from './lock-out.js';
import { fitsSecret } from './password.js';
import { type Face, SessionsService } from './sessions.service.js';

type Person = Extract<Actor, { kind: 'person' }>;

interface Attempt {
  /** What is locked after too many failures: `email:...`, `badge:...`. */
  subject: string;
  face: Face;
  siteCode: string | undefined;
  stationCode: string | undefined;
  find(tx: Tx): Promise<PersonRow | null>;
  secretOf(person: PersonRow | null): string | null | undefined;
  secret: string;
}

/** How people come in: office people by password, floor people by badge and PIN. */
@Injectable()
export class SignInService {
  constructor(
    private readonly db: Database,
    private readonly sessions: SessionsService,
  ) {}

  byPassword({ email, password, siteCode }: SignInByPassword): Promise<SignedIn> {
    const address = email.trim().toLowerCase();
    return this.signIn({
      subject: `email:${address}`,
      face: 'office',
      siteCode,
      stationCode: undefined,
      find: (tx) => findByEmail(tx, address),
      secretOf: (person) => person?.password_hash,
      secret: password,
    });
  }

  /** The badge is the code on it, `B-...`, or what stands behind the `B-`. */
  byBadge({ badge, pin, siteCode, stationCode }: SignInByBadge): Promise<SignedIn> {
    const text = badge.trim().toUpperCase();
    const code = text.startsWith('B-') ? text : `B-${text}`;
    return this.signIn({
      subject: `badge:${code}`,
      face: 'floor',
      siteCode,
      stationCode: stationCode?.trim() || undefined,
      find: (tx) => findByBadge(tx, code),
      secretOf: (person) => person?.pin_hash,
      secret: pin,
    });
  }

  async signOut(): Promise<void> {
    const person = currentPerson();
    await this.db.transaction(async (tx) => {
      await this.sessions.end(tx, person.sessionId);
      const { personId } = person;
      await addEvent(tx, { type: 'access.person-signed-out', aggregateId: personId, data: { personId } });
    });
  }

  me(): Promise<Me> {
    const person = currentPerson();
    return this.db.transaction((tx) => meOf(tx, person));
  }

  /** Puts the person at another station: from now on its scanner and scale serve them. */
  async chooseStation(stationCode: string): Promise<Me> {
    const person = currentPerson();
    return this.db.transaction(async (tx) => {
      const station = await findStation(tx, stationCode);
      if (!station) throw unknownStation(stationCode);
      await this.sessions.moveTo(tx, person.sessionId, station.id);
      return meOf(tx, { ...person, stationId: station.id });
    });
  }

  private async signIn(attempt: Attempt): Promise<SignedIn> {
    const { person, sites } = await asSystem('access', null, () => this.identify(attempt));
    const site = pickSite(sites, attempt.siteCode);
    return asSystem('access', site.siteId, () =>
      this.db.transaction(async (tx) => {
        const { face, stationCode } = attempt;
        const station = stationCode ? await findStation(tx, stationCode) : null;
        if (stationCode && !station) throw unknownStation(stationCode);
        const stationId = station?.id ?? null;
        const { id: personId, name, language } = person;
        const session = { personId, siteId: site.siteId, face, stationId };
        const { token, sessionId } = await this.sessions.open(tx, session);
        const data = { personId, face, stationId };
        await addEvent(tx, { type: 'access.person-signed-in', aggregateId: personId, data });
        return {
          token,
          me: await meOf(tx, { kind: 'person', ...session, roles: site.roles, name, language, sessionId }),
        };
      }),
    );
  }

  /**
   * Checks the secret. The failure is written down before the check and taken back when it fits, so that guesses sent side by side
   * count as well.
   */
  private async identify(attempt: Attempt): Promise<{ person: PersonRow; sites: RolesAtSite[] }> {
    const { subject, secret } = attempt;
    const person = await this.db.transaction(async (tx) => {
      const waitMs = lockedForMs(await failuresOf(tx, subject), tx.at);
      if (waitMs > 0) throw locked(waitMs);
      await noteFailure(tx, subject);
      return attempt.find(tx);
    });
    if (!(await fitsSecret(attempt.secretOf(person), secret)) || !person) {
      log.warn({ subject }, 'a wrong sign-in');
      throw wrongCredentials();
    }
    return this.db.transaction(async (tx) => {
      await rows(tx, 'delete from sign_in_failures where subject = $1', [subject]);
      return { person, sites: await rolesOf(tx, person.id) };
    });
  }
}

export function currentPerson(): Person {
  const actor = currentActor();
  if (actor?.kind !== 'person') throw notSignedIn();
  return actor;
}

async function meOf(tx: Tx, person: Person): Promise<Me> {
  const { personId, name, roles, face, stationId, language, sessionId } = person;
  const station = stationId ? await stationView(tx, stationId) : null;
  const expiresAt = (await sessionEnd(tx, sessionId)).toISOString();
  return { personId, name, roles, site: await siteView(tx), face, station, language, expiresAt };
}

function pickSite(sites: RolesAtSite[], code: string | undefined): RolesAtSite {
  const site = code ? sites.find(({ siteCode }) => siteCode === code) : sites[0];
  if (site) return site;
  throw code ? unknownSite(code) : noRole();
}

/** Locks the count (a row is there to be locked from the first try on), so that tries side by side see each other's. */
async function failuresOf(tx: Tx, subject: string): Promise<Failures | null> {
  await rows(
    tx,
    'insert into sign_in_failures (subject, failures, last_at) values ($1, 0, $2) on conflict (subject) do nothing',
    [subject, tx.at],
  );
  return row<Failures>(
    tx,
    'select failures, last_at as "lastAt" from sign_in_failures where subject = $1 for update',
    [subject],
  );
}

async function noteFailure(tx: Tx, subject: string): Promise<void> {
  await rows(
    tx,
    `insert into sign_in_failures (subject, failures, last_at) values ($1, 1, $2)
     on conflict (subject) do update
       set failures = case when sign_in_failures.last_at < $3 then 1 else sign_in_failures.failures + 1 end,
           last_at = excluded.last_at`,
    [subject, tx.at, new Date(tx.at.getTime() - FORGET_MS)],
  );
}
