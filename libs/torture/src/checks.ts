import pg from 'pg';
import { pause } from '#lib/sim';
import type { Book } from './book.js';

/** What a check found: `what` counts, `examples` say where to look. */
export interface Finding {
  check: CheckName;
  count: number;
  examples: string[];
}

/** The sentences that must be true once everything has drained. */
export const CHECKS = {
  'scan-lost': 'Every record that an agent has promised to keep stands in the inbox.',
  'scan-doubled': 'No record and no code that was scanned once stands in the inbox twice.',
  'arrival-lost': 'Every arrival that a PLC was told is stored is one row, and has ended.',
  'effect-lost': 'Every applied arrival in the inbox has had its effect, and every effect has its record.',
  'act-lost': 'A correction of stock that a clerk was told is done stands in the ledger.',
  'act-doubled': 'No correction stands in the ledger twice, with another quantity, or against a refusal.',
  'stock-negative': 'No place holds less than nothing.',
  'event-untrue': 'Events and the changes they tell of are there together or not at all, once each.',
  'print-doubled': 'No job came out of a printer twice.',
  'print-untrue': 'A print that is called done has come out.',
  'stream-gap': 'Each stream in the inbox runs 1, 2, 3 ... up to its last.',
  'not-drained': 'Nothing is on its way any more some time (30 s by default) after the last fault.',
  'invariant-violated': "The product's own checker finds nothing.",
  'process-died': 'No process ended by itself.',
  'clone-unnoticed': 'Two agents with one identity are noticed.',
} as const;

export type CheckName = keyof typeof CHECKS;

const EXAMPLES_MAX = 5;

/** Reads the database with the owner's rights and holds it against the book. */
export class Judge {
  private client: pg.Client | null = null;

  constructor(private readonly url: string) {}

  async compare(book: Book): Promise<Finding[]> {
    const found = [
      await this.recordsLost(book),
      await this.recordsDoubled(),
      await this.arrivalsLost(book),
      await this.effectsLost(),
      ...(await this.acts(book)),
      await this.stockNegative(),
      await this.eventsUntrue(),
      ...(await this.prints(book)),
      await this.streamGaps(),
    ];
    return found.filter(({ count }) => count > 0);
  }

  /** What is still under way in the database: 0 when it has drained. */
  async underWay(): Promise<Record<string, number>> {
    const [counts] = await this.rows<Record<string, number>>(`select
      (select count(*) from events where published_at is null)::int as "events to deliver",
      (select count(*) from event_deliveries where state = 'failed')::int as "deliveries to repeat",
      (select count(*) from point_decisions where state not in ('confirmed', 'lost'))::int as "arrivals without an end",
      (select count(*) from device_commands where state in ('queued', 'sent', 'accepted', 'started'))::int as "commands without an end"`);
    return counts!;
  }

  async cloneNoticed(since: Date): Promise<boolean> {
    const [found] = await this.rows<{ n: number }>(
      `select count(*)::int as n from exceptions where code = 'devices.identity-twice' and (opened_at >= $1 or resolved_at is null)`,
      [since],
    );
    return found!.n > 0;
  }

  async close(): Promise<void> {
    await this.client?.end().catch(() => undefined);
    this.client = null;
  }

  private async recordsLost(book: Book): Promise<Finding> {
    const found = await this.rows<{ id: string }>(
      `select r.id::text as id from unnest($1::uuid[]) as r (id)
       where not exists (select 1 from inbox i where i.record_id = r.id)`,
      [[...book.kept.keys()]],
    );
    const tell = ({ id }: { id: string }) => {
      const { agent, device, stream, seq, kind, at } = book.kept.get(id)!;
      return `${agent} ${device}: ${kind} ${id}, ${stream} ${seq}, ${at}`;
    };
    return finding('scan-lost', found.map(tell));
  }

  private async recordsDoubled(): Promise<Finding> {
    const found = await this.rows<{ what: string }>(
      `select format('record %s stands %s times', record_id, count(*)) as what from inbox group by record_id having count(*) > 1
       union all
       select format('code %s was scanned once and stands %s times', data->>'code', count(*)) from inbox
       where kind = 'scan.read' and data->>'code' ~ '^T-edge' and (reason is null or reason not like 'id:%')
       group by data->>'code' having count(*) > 1`,
    );
    return finding(
      'scan-doubled',
      found.map(({ what }) => what),
    );
  }

  private async arrivalsLost(book: Book): Promise<Finding> {
    const found = await this.rows<{ what: string }>(
      `select format('%s %s track %s sequence %s: %s rows', a.agent, a.point, a.track, a.seq, count(d.id)) as what
       from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) as a (agent, point, track, seq)
       join agents g on g.code = a.agent
       left join point_decisions d on d.agent_id = g.id and d.point = a.point and d.track_id = a.track and d.seq = a.seq
         and d.state in ('confirmed', 'lost')
       group by a.agent, a.point, a.track, a.seq having count(d.id) <> 1`,
      [
        book.arrivals.map(({ agent }) => agent),
        book.arrivals.map(({ point }) => point),
        book.arrivals.map(({ trackId }) => trackId),
        book.arrivals.map(({ seq }) => seq),
      ],
    );
    return finding(
      'arrival-lost',
      found.map(({ what }) => what),
    );
  }

  private async effectsLost(): Promise<Finding> {
    const found = await this.rows<{ what: string }>(
      `select format('%s %s: the inbox says applied, and there is no arrival', i.stream, i.seq) as what from inbox i
       where i.kind = 'point.seen' and i.outcome = 'applied' and not exists (
         select 1 from point_decisions d where d.agent_id = i.agent_id and d.point = i.data->>'point'
           and d.track_id = (i.data->>'trackId')::bigint and d.seq = (i.data->>'seq')::bigint and d.result <> 'unheard')
       union all
       select format('arrival at %s track %s: nothing in the inbox tells of it', d.point, d.track_id) from point_decisions d
       where not exists (select 1 from inbox i where i.agent_id = d.agent_id and i.kind in ('point.seen', 'point.decided')
         and i.data->>'point' = d.point and (i.data->>'trackId')::bigint = d.track_id and (i.data->>'seq')::bigint = d.seq)`,
    );
    return finding(
      'effect-lost',
      found.map(({ what }) => what),
    );
  }

  private async acts(book: Book): Promise<Finding[]> {
    const acts = [...book.acts.values()];
    const found = await this.rows<{ id: string; n: number; quantity: number }>(
      `select a.id::text as id, count(m.id)::int as n, coalesce(sum(case when m.to_kind = 'location' then m.quantity else -m.quantity end), 0)::int as quantity
       from unnest($1::uuid[]) as a (id) left join movements m on m.event_id = a.id group by a.id`,
      [acts.map(({ eventId }) => eventId)],
    );
    const lost: string[] = [];
    const doubled: string[] = [];
    for (const { id, n, quantity } of found) {
      const act = book.acts.get(id)!;
      const said = `${act.sku} at ${act.place}, ${act.quantity} (event ${id}, told ${act.told})`;
      if (act.told === 'done' && n === 0) lost.push(said);
      const excess = n > 1 || (n === 1 && (quantity !== act.quantity || act.told === 'refused'));
      if (excess) doubled.push(`${said}: ${n} movements, ${quantity} together`);
    }
    const strangers = await this.rows<{ id: string }>(
      `select event_id::text as id from movements where reason = 'torture' and event_id <> all($1::uuid[])`,
      [[...book.acts.keys()]],
    );
    for (const { id } of strangers) doubled.push(`event ${id} was made by nobody`);
    return [finding('act-lost', lost), finding('act-doubled', doubled)];
  }

  private async stockNegative(): Promise<Finding> {
    const found = await this.rows<{ what: string }>(
      `select format('%s %s holds %s of item %s', account_kind, account_id, quantity, item_id) as what from levels
       where quantity < 0 and account_kind <> 'shortfall'
       union all select format('item %s: %s on hand', item_id, on_hand) from stock_totals where on_hand < 0`,
    );
    return finding(
      'stock-negative',
      found.map(({ what }) => what),
    );
  }

  /**
   * Both sides of one transaction carry its moment and its item: a correction and the event that tells of it. Two corrections of one
   * item may begin in one millisecond, so what is compared is how many there are of each.
   */
  private async eventsUntrue(): Promise<Finding> {
    const found = await this.rows<{ what: string }>(
      `select format('item %s at %s: %s events, %s changes', item, at, coalesce(e.n, 0), coalesce(m.n, 0)) as what
       from (select aggregate_id as item, at, count(*) as n from events where type = 'inventory.stock-adjusted' group by 1, 2) e
       full join (select item_id as item, at, count(*) as n from movements where reason = 'torture' group by 1, 2) m
         using (item, at)
       where coalesce(e.n, 0) <> coalesce(m.n, 0)`,
    );
    return finding(
      'event-untrue',
      found.map(({ what }) => what),
    );
  }

  private async prints(book: Book): Promise<Finding[]> {
    const twice = [...book.paper]
      .filter(([, n]) => n > 1)
      .map(([job, n]) => `job ${job} came out ${n} times`);
    const done = await this.rows<{ job: string }>(
      `select args->>'jobId' as job from device_commands where op = 'print' and state = 'done'`,
    );
    const untrue = done
      .filter(({ job }) => !book.paper.has(job))
      .map(({ job }) => `job ${job} never came out`);
    return [finding('print-doubled', twice), finding('print-untrue', untrue)];
  }

  private async streamGaps(): Promise<Finding> {
    const found = await this.rows<{ what: string }>(
      `select format('%s: %s rows up to %s, last committed %s', s.stream, count(i.seq), max(i.seq), s.last_seq) as what
       from inbox_streams s left join inbox i on i.agent_id = s.agent_id and i.stream = s.stream
       group by s.site_id, s.agent_id, s.stream, s.last_seq
       having count(i.seq) <> s.last_seq or coalesce(max(i.seq), 0) <> s.last_seq`,
    );
    return finding(
      'stream-gap',
      found.map(({ what }) => what),
    );
  }

  /** A server that was just killed is asked again: the judge only looks on. */
  private async rows<T extends object>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await (await this.connection()).query(sql, parameters)).rows as T[];
      } catch (error) {
        await this.close();
        if (attempt >= 40) throw error;
        await pause(250);
      }
    }
  }

  private async connection(): Promise<pg.Client> {
    if (this.client) return this.client;
    const client = new pg.Client({
      connectionString: this.url,
      connectionTimeoutMillis: 5_000,
      query_timeout: 30_000,
    });
    client.on('error', () => {
      if (this.client === client) this.client = null;
    });
    await client.connect();
    this.client = client;
    return client;
  }
}

export function finding(check: CheckName, all: readonly string[]): Finding {
  return { check, count: all.length, examples: all.slice(0, EXAMPLES_MAX) };
}
