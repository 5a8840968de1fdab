declare module '../platform/events.js' {
  interface EventMap {
    'flow.route-set': { lane: string; alternatives: string[]; because: string };
    'flow.route-removed': { because: string };
    'flow.route-missing': { carrier: string; service: string };
    'flow.parcel-seen': { point: string; trackId: number; result: string; codes: string[] };
    'flow.parcel-decided': {
      point: string;
      action: string;
      lane: string;
      because: string | null;
      decidedBy: string;
      latencyMicros: number;
    };
    'flow.parcel-confirmed': {
      point: string;
      lane: string;
      commanded: string | null;
      laneKind: string | null;
    };
    'flow.parcel-diverted': { lane: string; laneId: string };
    'flow.parcel-lost': { point: string; trackId: number; reason: string };
    /** Left a point and was not seen at the next in time. */
    'flow.parcel-missed': { from: string; lane: string; to: string; withinSeconds: number };
    /** Another lane takes the parcels of a carrier service from now on. */
    'flow.duty-changed': {
      carrier: string;
      service: string;
      /** The cut-off of the truck, where the service's lanes are told apart by trucks. */
      truck: string | null;
      from: string;
      to: string;
      because: string;
      parcels: number;
    };
    'flow.override-set': {
      kind: string;
      subject: string;
      lane: string | null;
      reason: string;
      expiresAt: string | null;
    };
    'flow.override-ended': { kind: string; subject: string; because: string };
    /** What lanes take was changed by hand or by an import, or taken back. */
    'flow.lane-plan-changed': { revision: number; kind: string; differences: number; parcels: number };
    'flow.settings-changed': { settings: Record<string, unknown> };
    'flow.parcel-reinducted': { lane: string };
    'flow.lane-opened': { lane: string };
    'flow.lane-closed': { lane: string; reason: string | null };
    'flow.lane-fill-changed': { lane: string; fill: 'clear' | 'full' | 'jam' };
  }
}

export type FlowEvent = 'flow.parcel-diverted' | 'flow.parcel-lost';
