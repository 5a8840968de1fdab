/** Two processes say that they are one agent: an exception of the agent, open until one of them has gone or somebody has seen to it. */
export const IDENTITY_TWICE = 'devices.identity-twice';

/** Whether the exception is open for the agent `a` of a query: the one that is shut out can't say so itself. */
export const IS_FENCED = `exists (select 1 from exceptions x where x.site_id = a.site_id and x.code = '${IDENTITY_TWICE}'
  and x.subject_id = a.id and x.resolved_at is null)`;
