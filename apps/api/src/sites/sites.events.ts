declare module '../platform/events.js' {
  interface EventMap {
    /** Aggregate: the location. */
    'sites.location-blocked-changed': { location: string; blocked: boolean };
  }
}

export {};
