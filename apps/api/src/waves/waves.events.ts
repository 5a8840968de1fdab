declare module '../platform/events.js' {
  interface EventMap {
    'waves.wave-created': { waveId: string; number: number; templateId: string; channelId: string | null };
    'waves.wave-planned': { waveId: string; number: number; orders: number; lines: number; runs: number };
    'waves.planning-failed': { waveId: string; number: number; step: string; reason: string };
    'waves.wave-released': { waveId: string; number: number; orders: number; runs: number };
    'waves.wave-completed': { waveId: string; number: number };
    'waves.wave-cancelled': { waveId: string; number: number; reason: string };
    /** The others joined this wave, which is planned on. */
    'waves.waves-merged': { waveId: string; number: number; merged: number[] };
    /** What could not be undone is kept and named. */
    'waves.wave-undone': {
      waveId: string;
      number: number;
      reason: string;
      effects: string[];
      kept: string[];
    };
    /** A supervisor let a wave pass that the controller of work in progress held. */
    'waves.hold-overridden': { waveId: string; reason: string; held: string[] };
    'waves.work-limit-changed': {
      stage: string;
      ordersMax: number | null;
      ordersPerPerson: number | null;
    };
    'waves.channel-changed': { channelId: string; name: string; change: 'created' | 'changed' | 'archived' };
    'waves.schedule-changed': {
      scheduleId: string;
      name: string;
      change: 'created' | 'changed' | 'archived';
    };
    'waves.schedule-ran': { scheduleRunId: string; waveId: string; state: string; left: number };
    'waves.template-changed': { templateId: string; name: string; change: string };
    /** Goods that pick faces lack: rows of `wave_replenishments`, for those who make tasks of them. */
    'waves.replenishment-wanted': {
      waveId: string;
      wanted: {
        replenishmentId: string;
        merchantId: string;
        itemId: string;
        lot: string;
        fromLocationId: string;
        toLocationId: string;
        quantity: number;
        need: 'before-wave' | 'top-up';
      }[];
    };
    'waves.order-left-out': { waveId: string; orderId: string; reason: string };
  }
}

export {};
