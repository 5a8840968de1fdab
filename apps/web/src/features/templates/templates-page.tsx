import { Anchor, Badge, Switch, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Page, WaveTemplateView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { filterWords } from '../../ui/tower/filter-words.js';
import { count } from '../../ui/tower/format.js';
import { Heads } from '../../ui/tower/heads.js';
import { ListPage } from '../../ui/tower/list-page.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';

/** All templates with the orders that each would find now; archived ones on demand (`?archived`). */
export function TemplatesPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const isArchived = 'archived' in useSearch({ strict: false });
  const templates = useQuery({
    queryKey: ['templates', isArchived],
    queryFn: ({ signal }) =>
      api.get<Page<WaveTemplateView>>(`/waves/templates${isArchived ? '?archived=true' : ''}`, signal),
    refetchInterval: 10_000,
  });
  return (
    <ListPage
      kind="template"
      title={t('Templates')}
      makes={t('New template')}
      empty={t(
        'No template yet. A template says which orders go together and what is done with them: make one.',
      )}
      query={templates}
      itemsOf={({ items }) => items}
      choices={
        <Switch
          label={t('Archived ones too')}
          checked={isArchived}
          onChange={(event) => {
            const archived = event.currentTarget.checked ? '' : undefined;
            void navigate({ to: '.', search: ((now: object) => ({ ...now, archived })) as never });
          }}
        />
      }
    >
      {(items) => <TemplateTable templates={items} />}
    </ListPage>
  );
}

function TemplateTable({ templates }: { templates: readonly WaveTemplateView[] }) {
  const { t } = useTranslation();
  return (
    <ScrollTable label={t('Templates')} minWidth={720}>
      <Table.Thead>
        <Table.Tr>
          <Heads
            titles={[t('Name'), t('Match now'), t('Takes'), t('At most'), t('Channels'), t('Look first')]}
          />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {templates.map((template) => (
          <Table.Tr key={template.id}>
            <Table.Td>
              <Link to="/waves/templates/$templateId" params={{ templateId: template.id }}>
                {template.name}
              </Link>{' '}
              {template.archived && (
                <Badge variant="light" color="gray" tt="none">
                  {t('archived')}
                </Badge>
              )}
            </Table.Td>
            <Table.Td>{t('{{count}} orders', { count: template.matching })}</Table.Td>
            <Table.Td>{filterWords(template.filter, t)}</Table.Td>
            <Table.Td>
              {t('{{orders}} orders, {{lines}} lines, {{units}} units', {
                orders: count(template.limits.ordersMax),
                lines: count(template.limits.linesMax),
                units: count(template.limits.unitsMax),
              })}
            </Table.Td>
            <Table.Td>{template.channels.join(', ')}</Table.Td>
            <Table.Td>
              <Anchor
                component={Link}
                to="/waves"
                size="sm"
                underline="always"
                search={{ dryTemplate: template.id } as never}
              >
                {t('Dry run')}
              </Anchor>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </ScrollTable>
  );
}
