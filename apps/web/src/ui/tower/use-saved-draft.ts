import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useTranslation } from '../../lib/i18n.js';
import { type FieldErrors, fieldErrorsOf } from './field-errors.js';
import { isSame } from './same-draft.js';
import { useAct } from './use-act.js';

/** What is edited on a page of its own: what plans or releases waves, and what lanes take. */
export type Edited = 'template' | 'channel' | 'schedule' | 'lane-plan';

/** In the address of one that is made and not stored yet. */
export const NEW = 'new';

interface SavedDraft<D, V> {
  kind: Edited;
  /** As it is stored; null while it is new. */
  view: V | null;
  draftOf: (view: V | null) => D;
  store: (draft: D) => Promise<V>;
}

/**
 * What is edited on a page, and its saving: what is saved is no longer unsaved, also while the page moves on; what is typed meanwhile
 * stays typed.
 */
export function useSavedDraft<D extends object, V extends { id: string }>(props: SavedDraft<D, V>) {
  const { kind, view, draftOf, store } = props;
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [initial, setInitial] = useState(() => draftOf(view));
  const [draft, setDraft] = useState(initial);
  /** What no longer has to be saved: known before the page is drawn again. */
  const settled = useRef<D | null>(null);
  const save = useAct(
    async () => {
      const stored = await store(draft);
      settled.current = draft;
      const kept = draftOf(stored);
      setInitial(kept);
      setDraft((now) => (isSame(now, draft) ? kept : now));
      client.setQueryData([kind, stored.id], stored);
      if (!view) await navigate({ to: `/waves/${kind}s/${stored.id}` as never, replace: true });
    },
    { done: t('Saved.'), refresh: [`${kind}s`], showsFaults: true },
  );
  const errors: FieldErrors = fieldErrorsOf(save.error);
  return {
    draft,
    set: (part: Partial<D>): void => setDraft((now) => ({ ...now, ...part })),
    save,
    errors,
    isDirty: (): boolean => !isSame(draft, initial) && !isSame(draft, settled.current),
    /** What somebody else stored takes the place of what is typed. */
    take: (theirs: V): void => {
      save.reset();
      setInitial(draftOf(theirs));
      setDraft(draftOf(theirs));
    },
    /** The thing itself is gone: nothing on the page is to be saved any more. */
    giveUp: (): void => {
      settled.current = draft;
    },
  };
}
