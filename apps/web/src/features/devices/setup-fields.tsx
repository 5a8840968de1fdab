import { Alert, Autocomplete, Select, Stack, Switch, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { DeviceSetup, DriverList, DriverView, FieldError, Page, PortView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { QualityBadge } from './device-marks.js';
import { fieldsOf } from './schema-fields.js';
import { errorOf, SchemaForm } from './schema-form.js';

/** The drivers that an agent knows, with the schemas of their forms. */
export function useDrivers(agent: string | null) {
  return useQuery({
    queryKey: ['drivers', agent],
    queryFn: ({ signal }) =>
      api.get<DriverList>(`/devices/agents/${encodeURIComponent(agent!)}/drivers`, signal),
    enabled: agent !== null,
    staleTime: 10_000,
  });
}

interface SetupFieldsProps {
  agent: string;
  list: DriverList;
  setup: DeviceSetup;
  errors: readonly FieldError[];
  onChange: (setup: DeviceSetup) => void;
}

/** Everything of a setup: driver, simulated or real, link, the driver's own settings. */
export function SetupFields({ agent, list, setup, errors, onChange }: SetupFieldsProps) {
  const { t } = useTranslation();
  const driver = list.drivers.find(({ id }) => id === setup.driver);
  return (
    <Stack gap="sm">
      <Select
        label={t('Driver')}
        searchable
        required
        allowDeselect={false}
        error={errorOf(errors, 'driver')}
        data={list.drivers.map(({ id, title }) => ({ value: id, label: `${id} · ${title}` }))}
        value={setup.driver || null}
        onChange={(id) => id && onChange(withDriver(setup, list.drivers.find((each) => each.id === id)!))}
      />
      {driver?.trouble && <Alert color="red">{driver.trouble}</Alert>}
      {driver && (
        <Text size="xs" c="dimmed" component="div">
          {driver.version} <QualityBadge level={driver.quality} />
        </Text>
      )}
      <Switch
        label={t('Simulated: the driver’s simulator stands in for the hardware')}
        description={t('Its readings are marked. For training and for trying setups out.')}
        disabled={driver?.hasSimulator === false}
        error={errorOf(errors, 'simulated')}
        checked={setup.simulated}
        onChange={(event) => onChange({ ...setup, simulated: event.currentTarget.checked })}
      />
      {driver && !setup.simulated && <LinkFields {...{ agent, list, setup, errors, onChange, driver }} />}
      {driver && (
        <>
          <Title order={3} size="h5">
            {t('Settings of the driver')}
          </Title>
          <SchemaForm
            fields={fieldsOf(driver.configSchema)}
            values={setup.config}
            part="config"
            errors={errors}
            onChange={(config) => onChange({ ...setup, config })}
          />
        </>
      )}
    </Stack>
  );
}

function LinkFields(props: SetupFieldsProps & { driver: DriverView }) {
  const { t } = useTranslation();
  const { agent, list, setup, errors, onChange, driver } = props;
  const kind = String(setup.link.kind ?? driver.links[0] ?? '');
  const schema = list.links[kind];
  const ports = useQuery({
    queryKey: ['ports', agent],
    queryFn: ({ signal }) =>
      api.get<Page<PortView>>(`/devices/agents/${encodeURIComponent(agent)}/ports`, signal),
    enabled: kind === 'serial' || kind === 'modbus-rtu',
  });
  const hasPath = kind === 'serial' || kind === 'modbus-rtu';
  return (
    <>
      <Title order={3} size="h5">
        {t('Link')}
      </Title>
      <Select
        label={t('How it is reached')}
        allowDeselect={false}
        error={errorOf(errors, 'link.kind')}
        data={driver.links}
        value={kind}
        onChange={(next) => onChange({ ...setup, link: { kind: next } })}
      />
      {hasPath && (
        <Autocomplete
          label={t('Serial port')}
          description={t('Of the agent’s machine. Plug the device in to see its port here.')}
          required
          error={errorOf(errors, 'link.path')}
          data={(ports.data?.items ?? []).map(({ path, stable }) => stable ?? path)}
          value={String(setup.link.path ?? '')}
          onChange={(path) => onChange({ ...setup, link: { ...setup.link, kind, path } })}
        />
      )}
      {schema && (
        <SchemaForm
          fields={fieldsOf(schema, hasPath ? ['kind', 'path'] : ['kind'])}
          values={setup.link}
          part="link"
          errors={errors}
          onChange={(link) => onChange({ ...setup, link: { ...link, kind } })}
        />
      )}
    </>
  );
}

/** Another driver has other settings; the link stays where the driver can use it. */
function withDriver(setup: DeviceSetup, driver: DriverView): DeviceSetup {
  const keeps = driver.links.includes(String(setup.link.kind));
  const link = keeps ? setup.link : { kind: driver.links[0] };
  return { ...setup, driver: driver.id, link, config: {} };
}
