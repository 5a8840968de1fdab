import { agentTopics, coreStateTopic, isTopicSegment } from '#lib/contracts';

/** Who is connected to the broker. */
export type Principal = { kind: 'core' } | { kind: 'agent'; site: string; agent: string };

const EVERYTHING = 'wh/v1/';

/** The broker's user name of an agent: its place in the topic tree. */
export function agentUsername(site: string, agent: string): string {
  return `${site}/${agent}`;
}

/**
 * Whether the codes can name an agent: plain topic segments, and not the word that stands for the core's own branch.
 */
export function isAgentName(site: string, agent: string): boolean {
  return isTopicSegment(site) && isTopicSegment(agent) && agent !== 'core';
}

/** The core may publish everywhere below `wh/v1/`, an agent only in its own subtree, and nobody outside. */
export function mayPublish(principal: Principal, topic: string): boolean {
  return topic.length > subtree(principal).length && topic.startsWith(subtree(principal));
}

/** As for publishing (a filter's wildcards then stay inside); an agent also hears whether its site's core lives. */
export function maySubscribe(principal: Principal, filter: string): boolean {
  if (mayPublish(principal, filter)) return true;
  return principal.kind === 'agent' && filter === coreStateTopic(principal.site);
}

function subtree(principal: Principal): string {
  return principal.kind === 'core' ? EVERYTHING : `${agentTopics(principal.site, principal.agent).base}/`;
}
