import { Anchor, Badge, Button, Group, Stack, Switch, Table, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Page, WaveTemplateView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { filterWords } from '../../ui/tower/filter-words.js';
import { count } from '../../ui/tower/format.js';
import { Heads } from '../../ui/tower/heads.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';
import { WaveTabs } from '../../ui/tower/wave-tabs.js';

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
    <Stack gap="sm">
      <WaveTabs />
      <Group justify="space-between">
        <Title order={1} size="h2">
          {t('Templates')}
        </Title>
        <Group>
          <Switch
            label={t('Archived ones too')}
            checked={isArchived}
            onChange={(event) =>
              void navigate({
                to: '.',
                search: (event.currentTarget.checked ? { archived: '' } : {}) as never,
              })
            }
          />
          <Button
            component={Link}
            to="/waves/templates/$templateId"
            params={{ templateId: 'new' } as never}
            leftSection={<IconPlus size={18} />}
          >
            {t('New template')}
          </Button>
        </Group>
      </Group>
      <QueryState query={templates}>
        {({ items }) =>
          items.length === 0 ? (
            <Text c="dimmed">
              {t(
                'No template yet. A template says which orders go together and what is done with them: make one.',
              )}
            </Text>
          ) : (
            <TemplateTable templates={items} />
          )
        }
      </QueryState>
    </Stack>
  );
}

function TemplateTable({ templates }: { templates: WaveTemplateView[] }) {
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
