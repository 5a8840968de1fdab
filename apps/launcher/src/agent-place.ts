import { join } from 'node:path';
import { isAgentName } from '#lib/embedded';
import { type Options, StartRefused } from './options.js';

/** The edge agent that runs beside the API on this machine. */
export interface AgentPlace {
  site: string;
  agent: string;
  /** Which devices it drives: in the demo written by the simulated floor, whose lines get new names at each start. */
  config: string;
}

const DEMO_SITE = 'DEMO';
const DEMO_AGENT = 'edge-1';

/**
 * The demo's agent, or the one that AGENT_SITE, AGENT_CODE and AGENT_CONFIG describe; without those there is none here and
 * agents elsewhere sign in by themselves.
 */
export function agentPlaceOf(options: Options, env: NodeJS.ProcessEnv): AgentPlace | null {
  if (options.demo) {
    return { site: DEMO_SITE, agent: DEMO_AGENT, config: join(options.dataDir, 'floor', 'agent.yaml') };
  }
  if (!env.AGENT_CONFIG) return null;
  const { AGENT_SITE: site = '', AGENT_CODE: agent = '', AGENT_CONFIG: config } = env;
  if (!isAgentName(site, agent)) {
    throw new StartRefused(
      'AGENT_CONFIG is given: give AGENT_SITE and AGENT_CODE too, plain words without slashes.',
    );
  }
  return { site, agent, config };
}
