import { Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from '../../lib/i18n.js';
import { QueryState } from './query-state.js';
import { type Edited, NEW } from './use-saved-draft.js';
import { WaveTabs } from './wave-tabs.js';

/** From so many on nobody reads a list through to find a name. */
const SEARCHED_FROM = 8;

interface ListPageProps<V, T> {
  kind: Edited;
  title: string;
  /** What the button says that makes a new one. */
  makes: string;
  /** Said while there is none: what it is for. */
  empty: string;
  query: { data: V | undefined; error: unknown };
  itemsOf: (view: V) => readonly T[];
  /** What else belongs beside the button. */
  choices?: ReactNode;
  /** What stands above the list. */
  above?: (view: V) => ReactNode;
  children: (items: readonly T[]) => ReactNode;
}

/** A list of what plans or releases waves: its head, a way to make one, a way to find one (`?find=`), and what it is for while empty. */
export function ListPage<V, T extends { name: string }>(props: ListPageProps<V, T>) {
  const { kind, title, makes, query } = props;
  return (
    <Stack gap="sm">
      <WaveTabs />
      <Group justify="space-between" gap="xs">
        <Title order={1} size="h2">
          {title}
        </Title>
        <Group gap="sm">
          {props.choices}
          <Button
            component={Link}
            to={`/waves/${kind}s/${NEW}` as never}
            leftSection={<IconPlus size={18} aria-hidden />}
          >
            {makes}
          </Button>
        </Group>
      </Group>
      <QueryState query={query}>
        {(view) => (
          <>
            {props.above?.(view)}
            <Found items={props.itemsOf(view)} empty={props.empty}>
              {props.children}
            </Found>
          </>
        )}
      </QueryState>
    </Stack>
  );
}

function Found<T extends { name: string }>(props: {
  items: readonly T[];
  empty: string;
  children: (items: readonly T[]) => ReactNode;
}) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { find = '' } = useSearch({ strict: false }) as { find?: string };
  const { items, empty, children } = props;
  if (items.length === 0) return <Text c="dimmed">{empty}</Text>;
  const wanted = String(find).trim().toLocaleLowerCase();
  const found = items.filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
  const look = (typed: string): void =>
    void navigate({
      to: '.',
      search: ((now: object) => ({ ...now, find: typed || undefined })) as never,
      replace: true,
    });
  return (
    <>
      {(items.length >= SEARCHED_FROM || wanted !== '') && (
        <TextInput
          type="search"
          maw={360}
          aria-label={t('Find by name')}
          placeholder={t('Find by name')}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={String(find)}
          onChange={(event) => look(event.currentTarget.value)}
        />
      )}
      {found.length === 0 ? (
        <Text c="dimmed" role="status">
          {t('None of {{count}} has this in its name.', { count: items.length })}
        </Text>
      ) : (
        children(found)
      )}
    </>
  );
}
