import {
  Badge,
  Button,
  Group,
  Modal,
  MultiSelect,
  PasswordInput,
  Select,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Page } from '#lib/contracts';
import { api } from '../../api/client.js';
import { LANGUAGES, useTranslation } from '../../lib/i18n.js';
import { Heads } from '../../ui/tower/heads.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';
import { useAct } from '../../ui/tower/use-act.js';

interface PersonView {
  id: string;
  name: string;
  email: string | null;
  badge: string | null;
  roles: string[];
  language: string;
  active: boolean;
}

const ROLES = ['operator', 'supervisor', 'integrator', 'admin'];

export function PeoplePage() {
  const { t } = useTranslation();
  const people = useQuery({
    queryKey: ['people'],
    queryFn: ({ signal }) => api.get<Page<PersonView>>('/access/people', signal),
  });
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1} size="h2">
          {t('People')}
        </Title>
        <AddPerson />
      </Group>
      <QueryState query={people}>
        {(page) => (
          <ScrollTable label={t('People')} minWidth={560}>
            <Table.Thead>
              <Table.Tr>
                <Heads titles={[t('Name'), t('E-mail'), t('Badge'), t('Roles'), t('Language')]} />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {page.items.map((person) => (
                <Table.Tr key={person.id}>
                  <Table.Td>
                    {person.name} {!person.active && <Badge color="gray">{t('inactive')}</Badge>}
                  </Table.Td>
                  <Table.Td>{person.email ?? '–'}</Table.Td>
                  <Table.Td className="mono">{person.badge ?? '–'}</Table.Td>
                  <Table.Td>
                    <Group gap={4}>
                      {person.roles.map((role) => (
                        <Badge key={role} variant="light" tt="none">
                          {t(`role ${role}`)}
                        </Badge>
                      ))}
                    </Group>
                  </Table.Td>
                  <Table.Td>
                    {LANGUAGES[person.language as keyof typeof LANGUAGES] ?? person.language}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </ScrollTable>
        )}
      </QueryState>
    </Stack>
  );
}

function AddPerson() {
  const { t } = useTranslation();
  const [open, { open: show, close }] = useDisclosure(false);
  const [roles, setRoles] = useState<string[]>(['operator']);
  const [language, setLanguage] = useState<string>('en');
  const add = useAct((person: Record<string, unknown>) => api.post('/access/people', person).then(close), {
    done: t('Added.'),
    refresh: ['people'],
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>;
    const given = Object.fromEntries(
      ['name', 'email', 'password', 'badge', 'pin']
        .map((key) => [key, form[key]?.trim()])
        .filter(([, value]) => value),
    );
    add.mutate({ ...given, roles, language });
  };
  return (
    <>
      <Button onClick={show}>{t('Add a person')}</Button>
      <Modal opened={open} onClose={close} title={t('Add a person')}>
        <form onSubmit={submit}>
          <Stack>
            <TextInput name="name" label={t('Name')} required maxLength={80} />
            <MultiSelect
              label={t('Roles')}
              value={roles}
              onChange={setRoles}
              data={ROLES.map((role) => ({ value: role, label: t(`role ${role}`) }))}
            />
            <Select
              label={t('Language')}
              value={language}
              onChange={(value) => setLanguage(value ?? 'en')}
              data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
            />
            <Text size="sm" c="dimmed">
              {t('Floor people need a badge and a PIN, office people an e-mail address and a password.')}
            </Text>
            <Group grow>
              <TextInput name="badge" label={t('Badge')} placeholder="B-1001" />
              <PasswordInput
                name="pin"
                label={t('PIN')}
                inputMode="numeric"
                pattern="[0-9]{4,8}"
                autoComplete="off"
              />
            </Group>
            <Group grow>
              <TextInput name="email" type="email" label={t('E-mail')} autoComplete="off" />
              <PasswordInput
                name="password"
                label={t('Password')}
                minLength={10}
                autoComplete="new-password"
              />
            </Group>
            <Button type="submit" loading={add.isPending}>
              {t('Add a person')}
            </Button>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
