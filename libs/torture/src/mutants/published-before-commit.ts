import { load } from './load.js';

/** Events go out on a connection of their own while the change that they tell of may still be undone. */
interface Runner {
  query(sql: string, parameters?: unknown[], structured?: boolean): Promise<unknown>;
  release(): Promise<void>;
}
interface Manager {
  queryRunner: Runner;
}
interface SourceLike {
  createQueryRunner(): Runner;
  transaction<T>(work: (manager: Manager) => Promise<T>): Promise<T>;
}
interface DatabaseLike {
  source: SourceLike;
  attempt(actor: unknown, work: (tx: unknown) => Promise<unknown>): Promise<unknown>;
}

const { Database } = await load<{ Database: { prototype: DatabaseLike } }>(
  'apps/api/src/platform/database.service.js',
);
const { attempt } = Database.prototype;
Database.prototype.attempt = function (actor, work) {
  const { source } = this;
  return attempt.call(this, actor, (tx) => {
    const runner = (tx as Manager).queryRunner;
    const { query } = runner;
    runner.query = async (sql, parameters, structured) => {
      if (!/^insert into events /.test(sql)) return query.call(runner, sql, parameters, structured);
      const own = source.createQueryRunner();
      try {
        await own.query('begin');
        await own.query(`select app_context('system', null, null)`);
        const answer = await own.query(sql, parameters, structured);
        await own.query('commit');
        return answer;
      } finally {
        await own.release();
      }
    };
    return work(tx).finally(() => {
      runner.query = query;
    });
  });
};
