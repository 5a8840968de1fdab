import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { EdgeRoute } from '#lib/contracts';
import { asSystem } from '../platform/context.js';
import { Database } from '../platform/database.service.js';
import { log } from '../platform/log.js';
import { type Proposal, RoutesService } from './routes.service.js';

interface Question {
  codes: readonly string[];
  answer: (route: EdgeRoute | null) => void;
  fail: (error: unknown) => void;
}

/** Questions of one transaction: more would make the first wait for the last. */
const TOGETHER_MAX = 64;

/**
 * Agents' questions about parcels that they do not know. A parcel that rolls towards its point has some tens of milliseconds, so an answer
 * waits for no lock and for no disk: the lane is chosen from what stands in the tables and told, and the route is written behind it. What
 * is written is what was told, unless the parcel has got a route of its own by then; should the core die in between, the agent's
 * record of its decision still tells where the parcel was sent (docs/adr/0251). What comes while one transaction is under way is
 * answered, or written, together in the next.
 */
@Injectable()
export class RouteQuestionsService implements OnApplicationShutdown {
  private readonly waiting = new Map<number, Question[]>();
  /** What was told and is not written yet, by site and parcel. */
  private readonly told = new Map<number, Map<string, Proposal>>();
  private readonly keeping = new Map<number, Promise<void>>();

  constructor(
    private readonly db: Database,
    private readonly routes: RoutesService,
  ) {}

  /** Resolves when everything that was told is written. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.keeping.values());
  }

  /** The route of the parcel that carries one of these codes; null where there is none, or more than one. */
  ask(siteId: number, codes: readonly string[]): Promise<EdgeRoute | null> {
    return new Promise((answer, fail) => {
      const question = { codes, answer, fail };
      const queue = this.waiting.get(siteId);
      if (queue) queue.push(question);
      else {
        this.waiting.set(siteId, [question]);
        void this.answerAll(siteId);
      }
    });
  }

  private async answerAll(siteId: number): Promise<void> {
    const queue = this.waiting.get(siteId)!;
    while (queue.length > 0) await this.answerSome(siteId, queue.splice(0, TOGETHER_MAX));
    this.waiting.delete(siteId);
  }

  /** One that cannot be answered must not take the others with it: then each is asked alone. */
  private async answerSome(siteId: number, questions: Question[]): Promise<void> {
    try {
      const codes = questions.map((question) => question.codes);
      const answers = await asSystem('flow-control', siteId, () =>
        this.db.transaction((tx) => this.routes.answers(tx, codes, this.told.get(siteId))),
      );
      for (const [at, { answer }] of questions.entries()) answer(answers[at]!.route);
      this.keepBehind(
        siteId,
        answers.flatMap(({ proposal }) => proposal ?? []),
      );
    } catch (error) {
      const [only] = questions;
      if (questions.length === 1) only!.fail(error);
      else for (const question of questions) await this.answerSome(siteId, [question]);
    }
  }

  private keepBehind(siteId: number, proposals: readonly Proposal[]): void {
    if (proposals.length === 0) return;
    const told = this.told.get(siteId) ?? new Map<string, Proposal>();
    this.told.set(siteId, told);
    for (const proposal of proposals) told.set(proposal.parcel.id, proposal);
    if (this.keeping.has(siteId)) return;
    this.keeping.set(siteId, this.keepAll(siteId, told));
  }

  private async keepAll(siteId: number, told: Map<string, Proposal>): Promise<void> {
    while (told.size > 0) {
      const some = [...told.values()].slice(0, TOGETHER_MAX);
      try {
        await asSystem('flow-control', siteId, () => this.db.transaction((tx) => this.routes.keep(tx, some)));
      } catch (error) {
        // The listener of labelled parcels or the next question makes them; what was decided comes up from the agent.
        log.warn({ err: error, parcels: some.length }, 'routes that were told could not be written');
      }
      for (const proposal of some) {
        const { id } = proposal.parcel;
        if (told.get(id) === proposal) told.delete(id);
      }
    }
    // In the same turn as the last look: what is told from now on begins anew.
    this.keeping.delete(siteId);
  }
}
