import { useRef } from 'react';
import { useTranslation } from '../../lib/i18n.js';
import { useAct } from './use-act.js';

interface SavedDraft<D, V> {
  draft: D;
  initial: D;
  setInitial: (draft: D) => void;
  store: (draft: D) => Promise<V>;
  /** Goes to where it stands now. */
  arrive: (stored: V) => Promise<void>;
  /** Lists that show it. */
  refresh: string[];
}

/** Saving what is edited on a page: what is saved is no longer unsaved, also while the page moves on. */
export function useSavedDraft<D, V>(props: SavedDraft<D, V>) {
  const { draft, initial, setInitial, store, arrive, refresh } = props;
  const { t } = useTranslation();
  const saved = useRef<D | null>(null);
  const save = useAct(
    async () => {
      const stored = await store(draft);
      saved.current = draft;
      setInitial(draft);
      await arrive(stored);
    },
    { done: t('Saved.'), refresh },
  );
  const text = JSON.stringify(draft);
  const isDirty = (): boolean =>
    text !== JSON.stringify(initial) && text !== JSON.stringify(saved.current ?? undefined);
  return { save, isDirty };
}
