declare module '../platform/events.js' {
  interface EventMap {
    'tower.exception-resolved': { exceptionId: string; code: string; remedy: string };
  }
}

export type TowerEvent = 'tower.exception-resolved';
