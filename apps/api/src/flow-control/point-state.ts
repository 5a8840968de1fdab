import type { SorterPoint } from '#lib/contracts';

/** A point and the partners that it needs to decide. */
export interface PointPartners {
  code: string;
  safeLane: string;
  forcedSafe: string | null;
  coreGoneAfterMs: number | null;
  agent: string;
  agentOnline: boolean;
  device: string;
  plcState: string;
  /** What the agent said last of the points that are in their safe state. */
  safePoints: { point: string; because: string }[];
}

/** Whether a point decides, or who lost whom and what happens to its parcels then, as it is declared. */
export function pointState(point: PointPartners): Pick<SorterPoint, 'state' | 'because'> {
  const { code, safeLane, forcedSafe, agent, agentOnline, device, plcState, safePoints } = point;
  if (!agentOnline) {
    const because = `Agent ${agent} is gone: ${device} sends every parcel to its default, which should be ${safeLane}.`;
    return { state: 'agent-gone', because };
  }
  if (plcState !== 'ready' && plcState !== 'degraded') {
    const because = `Agent ${agent} does not hear ${device} (${plcState}): it decides nothing until it does.`;
    return { state: 'plc-gone', because };
  }
  if (forcedSafe !== null) {
    return { state: 'forced-safe', because: `Everything goes to ${safeLane}: ${forcedSafe}` };
  }
  if (safePoints.some((each) => each.point === code && each.because === 'core-gone')) {
    return {
      state: 'core-gone',
      because: `The agent was without the core for too long: everything goes to ${safeLane}.`,
    };
  }
  return { state: 'working', because: null };
}
