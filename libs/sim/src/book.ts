import pg from 'pg';

/** How far the orders of a simulation are, as the database has it. */
export interface Progress {
  orders: number;
  shipped: number;
  /** Ended otherwise for a reason, or waiting for stock that does not exist. */
  accounted: number;
  states: Record<string, number>;
  /** Steps done of all steps that the orders will take: for progress and for spreading kills. */
  share: number;
  /** Nothing more is on its way from the edge or to a listener. */
  drained: boolean;
}

/** What the simulation reads of the database directly, with the owner's rights: only to judge, never to act. */
export class Book {
  private client: pg.Client | null = null;

  constructor(private readonly url: string) {}

  async progress(): Promise<Progress> {
    const states = await this.rows<{ state: string; n: number }>(
      'select state, count(*)::int as n from orders group by state',
    );
    const counts = Object.fromEntries(states.map((each) => [each.state, each.n]));
    const [waiting] = await this.rows<{ n: number }>(
      `select count(*)::int as n from orders o where o.state = 'accepted' and exists (
         select 1 from order_lines l where l.site_id = o.site_id and l.order_id = o.id and l.state = 'backordered')
       and not exists (select 1 from order_lines l where l.site_id = o.site_id and l.order_id = o.id
         and (l.promised > l.picked or l.picked > l.shipped))`,
    );
    const [steps] = await this.rows<{ done: number; all: number }>(
      `select coalesce(sum(picked + packed + shipped), 0)::float8 as done,
         greatest(coalesce(sum(3 * ordered) filter (where state not in ('cancelled')), 1), 1)::float8 as all from order_lines`,
    );
    const [open] = await this.rows<{ n: number }>(
      `select (select count(*) from events where published_at is null)::int
        + (select count(*) from point_decisions where state not in ('confirmed', 'lost'))::int as n`,
    );
    const shipped = (counts.shipped ?? 0) + (counts.delivered ?? 0);
    const ended = (counts.rejected ?? 0) + (counts.cancelled ?? 0) + (counts['closed-short'] ?? 0);
    return {
      orders: states.reduce((sum, each) => sum + each.n, 0),
      shipped,
      accounted: ended + (waiting?.n ?? 0),
      states: counts,
      share: steps ? steps.done / steps.all : 0,
      drained: (open?.n ?? 1) === 0,
    };
  }

  /** Orders that are neither shipped nor accounted for, with what they wait for. */
  async stuck(): Promise<{ externalRef: string; state: string; waitingFor: string | null; lines: string }[]> {
    return this.rows(
      `select o.external_ref as "externalRef", o.state, o.waiting_for as "waitingFor",
         (select string_agg(l.state || ' ' || l.ordered || '/' || l.promised || '/' || l.reserved || '/' || l.picked || '/' || l.packed || '/' || l.shipped, ', ')
            from order_lines l where l.site_id = o.site_id and l.order_id = o.id) as lines
       from orders o where o.state not in ('shipped', 'delivered', 'rejected', 'cancelled', 'closed-short')
       order by o.received_at limit 20`,
    );
  }

  /** Ids of all orders, first come first. */
  async ordersAsTheyCame(): Promise<string[]> {
    const found = await this.rows<{ id: string }>(
      'select id::text as id from orders order by received_at, id',
    );
    return found.map((each) => each.id);
  }

  /** Acts that a person was told are done and that do not stand in the book exactly once; a put at a wall is of one unit. */
  async actsNotOnce(eventIds: readonly string[]): Promise<string[]> {
    const found = await this.rows<{ id: string; n: number }>(
      `with puts as (select event_id, sum(quantity)::int as units from movements where reason = 'sort' group by event_id)
       select e.id::text as id, (select count(*) from tasks where event_id = e.id)::int
         + (select count(distinct parcel_id) from parcel_contents where event_id = e.id)::int + coalesce(p.units, 0) as n
       from unnest($1::uuid[]) as e (id) left join puts p on p.event_id = e.id`,
      [eventIds],
    );
    return found.filter((each) => each.n !== 1).map((each) => `${each.id} stands ${each.n} times`);
  }

  /** Orders that were packed out of a slot of a put wall, and the batch runs that brought them there. */
  async overWall(): Promise<{ orders: number; runs: number }> {
    const [found] = await this.rows<{ orders: number; runs: number }>(
      `select count(distinct p.order_id)::int as orders, count(distinct s.run_id)::int as runs
       from parcels p join containers c on c.site_id = p.site_id and c.id = p.source_container_id and c.type = 'slot'
       join run_slots s on s.site_id = p.site_id and s.order_id = p.order_id and s.container_id = c.id`,
    );
    return found ?? { orders: 0, runs: 0 };
  }

  /** Readings that a screen showed and that are not in the inbox exactly once. */
  async readingsNotOnce(readingIds: readonly string[]): Promise<string[]> {
    const found = await this.rows<{ id: string; n: number }>(
      `select r.id::text as id, (select count(*) from inbox where record_id = r.id)::int as n from unnest($1::uuid[]) as r (id)`,
      [readingIds],
    );
    return found.filter((each) => each.n !== 1).map((each) => `${each.id} stands ${each.n} times`);
  }

  /** Papers whose codes are not those of their parcel. */
  async papersAtOdds(papers: readonly { sscc: string; nonce: string }[]): Promise<string[]> {
    const found = await this.rows<{ sscc: string; nonce: string; ok: boolean }>(
      `select p.sscc, p.nonce, exists (select 1 from prints r join parcels c on c.site_id = r.site_id and c.id = r.parcel_id
         where c.sscc = p.sscc and r.nonce = p.nonce) as ok
       from unnest($1::text[], $2::text[]) as p (sscc, nonce)`,
      [papers.map((paper) => paper.sscc), papers.map((paper) => paper.nonce)],
    );
    return found
      .filter((each) => !each.ok)
      .map((each) => `the paper ${each.sscc}/${each.nonce} belongs to no print of that parcel`);
  }

  async close(): Promise<void> {
    await this.client?.end().catch(() => undefined);
    this.client = null;
  }

  /** A server that was just killed is asked again: the book only looks on. */
  private async rows<T extends object>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const client = await this.connection();
        return (await client.query(sql, parameters)).rows as T[];
      } catch (error) {
        await this.close();
        if (attempt >= 60) throw error;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
  }

  private async connection(): Promise<pg.Client> {
    if (this.client) return this.client;
    const client = new pg.Client({
      connectionString: this.url,
      connectionTimeoutMillis: 5_000,
      query_timeout: 60_000,
    });
    client.on('error', () => {
      if (this.client === client) this.client = null;
    });
    await client.connect();
    this.client = client;
    return client;
  }
}
