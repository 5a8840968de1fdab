import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Fragment, type ReactNode, useState } from 'react';
import { api } from '../../api/client.js';
import { QueryState } from './query-state.js';
import { type Edited, NEW } from './use-saved-draft.js';
import { WaveTabs } from './wave-tabs.js';

/** The page on which one thing is edited, or a new one made: what its form needs is fetched first. */
export function EditorPage<V extends { id: string }, N>(props: {
  kind: Edited;
  id: string;
  needs: { data: N | undefined; error: unknown };
  children: (view: V | null, needs: N) => ReactNode;
}) {
  const { kind, id, needs, children } = props;
  const stored = useQuery({
    queryKey: [kind, id],
    queryFn: async ({ signal }) => (id === NEW ? null : await api.get<V>(`/waves/${kind}s/${id}`, signal)),
    // What is typed is not to be replaced by what somebody else saved; whoever comes back edits what is stored then.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const form = useForm(id);
  return (
    <Stack gap="sm">
      <WaveTabs />
      <QueryState query={needs}>
        {(found) => (
          <QueryState query={stored}>
            {(view) => <Fragment key={form}>{children(view, found)}</Fragment>}
          </QueryState>
        )}
      </QueryState>
    </Stack>
  );
}

/**
 * Names the form that is shown: another one for another thing, the same one for what was just made on it, so that the focus and what
 * is typed meanwhile stay.
 */
function useForm(id: string): string {
  const [shown, setShown] = useState({ id, form: id });
  if (shown.id === id) return shown.form;
  const form = shown.id === NEW ? shown.form : id;
  setShown({ id, form });
  return form;
}
