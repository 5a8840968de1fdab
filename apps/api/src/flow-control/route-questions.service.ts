import { Injectable } from '@nestjs/common';
import type { EdgeRoute } from '#lib/contracts';
import { asSystem } from '../platform/context.js';
import { Database } from '../platform/database.service.js';
import { RoutesService } from './routes.service.js';

interface Question {
  codes: readonly string[];
  answer: (route: EdgeRoute | null) => void;
  fail: (error: unknown) => void;
}

/** Questions of one transaction: more would make the first wait for the last. */
const TOGETHER_MAX = 64;

/**
 * Agents' questions about parcels that they do not know. Each new route counts up the site's route version, whose row is held until the
 * commit is on disk: one transaction a question let them queue up behind each other's commits. What comes while one commits is answered
 * together in the next.
 */
@Injectable()
export class RouteQuestionsService {
  private readonly waiting = new Map<number, Question[]>();

  constructor(
    private readonly db: Database,
    private readonly routes: RoutesService,
  ) {}

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
      const routes = await this.answers(siteId, questions);
      for (const [at, { answer }] of questions.entries()) answer(routes[at]!);
    } catch (error) {
      const [only] = questions;
      if (questions.length === 1) only!.fail(error);
      else for (const question of questions) await this.answerSome(siteId, [question]);
    }
  }

  private answers(siteId: number, questions: Question[]): Promise<(EdgeRoute | null)[]> {
    return asSystem('flow-control', siteId, () =>
      this.db.transaction((tx) =>
        this.routes.routesFor(
          tx,
          questions.map(({ codes }) => codes),
        ),
      ),
    );
  }
}
