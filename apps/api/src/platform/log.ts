import type { LoggerService } from '@nestjs/common';
import { pino } from 'pino';
import { actorName, currentActor, currentTrace, hasContext } from './context.js';

/** The process's log: JSON lines with the trace that leads from a reading to a screen. Secrets never come here. */
export const log = pino({
  level: 'info',
  base: { name: 'wavehouse' },
  timestamp: pino.stdTimeFunctions.isoTime,
  mixin: () => {
    if (!hasContext()) return {};
    const actor = currentActor();
    return actor ? { trace: currentTrace(), actor: actorName(actor) } : { trace: currentTrace() };
  },
});

/** What Nest itself has to say; its start-up chatter is for debugging. */
export const nestLogger: LoggerService = {
  log: (message: unknown, ...rest: unknown[]) => log.debug({ nest: rest.at(-1) }, String(message)),
  debug: (message: unknown, ...rest: unknown[]) => log.trace({ nest: rest.at(-1) }, String(message)),
  verbose: (message: unknown, ...rest: unknown[]) => log.trace({ nest: rest.at(-1) }, String(message)),
  warn: (message: unknown, ...rest: unknown[]) => log.warn({ nest: rest.at(-1) }, String(message)),
  error: (message: unknown, ...rest: unknown[]) => {
    // What ends the start is said once, by main.ts and in a sentence.
    const startup = ['ExceptionHandler', 'NestApplication'].includes(String(rest.at(-1)));
    log[startup ? 'debug' : 'error']({ nest: rest }, String(message));
  },
};
