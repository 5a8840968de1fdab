import { MultiSelect, Select, TagsInput, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { MerchantView, OrderFilter, Page } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { errorAt, type FieldErrors } from './field-errors.js';
import { NumberField } from './number-field.js';

type NumberKey = {
  [K in keyof OrderFilter]-?: OrderFilter[K] extends number | undefined ? K : never;
}[keyof OrderFilter];

/** A wish over orders: what is left empty does not restrict. */
export function FilterFields(props: {
  value: OrderFilter;
  onChange: (next: OrderFilter) => void;
  errors: FieldErrors;
}) {
  const { t } = useTranslation();
  const { value, onChange, errors } = props;
  const names = useFilterNames();
  const list = (key: 'merchantCodes' | 'carriers' | 'services' | 'zones' | 'countries') => ({
    value: value[key] ?? [],
    error: errorAt(errors, `filter.${key}`),
    onChange: (next: string[]) => onChange({ ...value, [key]: next.length > 0 ? next : undefined }),
  });
  const number = (key: NumberKey, label: string, min: number) => (
    <NumberField
      label={label}
      value={value[key]}
      min={min}
      error={errorAt(errors, `filter.${key}`)}
      onChange={(next) => onChange({ ...value, [key]: next })}
    />
  );
  return (
    <>
      <Text size="sm" c="dimmed" mb="xs">
        {t('What is left empty does not restrict.')}
      </Text>
      <div className="fields">
        <MultiSelect label={t('Merchants')} data={names.merchants} searchable {...list('merchantCodes')} />
        <MultiSelect label={t('Carriers')} data={names.carriers} searchable {...list('carriers')} />
        <MultiSelect label={t('Services')} data={names.services} searchable {...list('services')} />
        <MultiSelect label={t('All lines in zones')} data={names.zones} searchable {...list('zones')} />
        <TagsInput
          label={t('Countries')}
          placeholder={value.countries?.length ? undefined : t('such as MY, SG')}
          {...list('countries')}
          onChange={(next) =>
            list('countries').onChange(next.map((country) => country.trim().toUpperCase().slice(0, 2)))
          }
        />
        <Select
          label={t('Shape of the order')}
          placeholder={t('any')}
          clearable
          value={value.shape ?? null}
          error={errorAt(errors, 'filter.shape')}
          data={['single-unit', 'single-line', 'multi-line'].map((shape) => ({
            value: shape,
            label: t(`shape ${shape}`),
          }))}
          onChange={(shape) =>
            onChange({ ...value, shape: (shape ?? undefined) as OrderFilter['shape'] | undefined })
          }
        />
        {number('cutOffWithinMinutes', t('Cut-off within, minutes'), 1)}
        {number('cutOffAfterMinutes', t('Cut-off not before, minutes'), 0)}
        {number('priorityMin', t('Priority from'), 1)}
        {number('priorityMax', t('Priority to'), 1)}
        {number('linesMin', t('Lines, at least'), 1)}
        {number('linesMax', t('Lines, at most'), 1)}
        {number('unitsMin', t('Units, at least'), 1)}
        {number('unitsMax', t('Units, at most'), 1)}
        {number('volumeMlMin', t('Volume, at least, ml'), 0)}
        {number('volumeMlMax', t('Volume, at most, ml'), 1)}
        {number('weightGramsMin', t('Weight, at least, g'), 0)}
        {number('weightGramsMax', t('Weight, at most, g'), 1)}
      </div>
    </>
  );
}

interface SiteNames {
  zones: { code: string; name: string }[];
}

/** What can be chosen; a list that cannot be fetched offers nothing, the rest of the form works. */
function useFilterNames() {
  const merchants = useQuery({
    queryKey: ['merchants'],
    queryFn: ({ signal }) => api.get<Page<MerchantView>>('/merchants', signal),
    staleTime: 60_000,
  });
  const services = useQuery({
    queryKey: ['carrier-services'],
    queryFn: ({ signal }) =>
      api.get<Page<{ carrier: string; service: string }>>('/sites/carrier-services', signal),
    staleTime: 60_000,
  });
  const site = useQuery({
    queryKey: ['site'],
    queryFn: ({ signal }) => api.get<SiteNames>('/sites/current', signal),
    staleTime: 60_000,
  });
  const offered = services.data?.items ?? [];
  return {
    merchants: (merchants.data?.items ?? []).map(({ code, name }) => ({ value: code, label: name })),
    carriers: [...new Set(offered.map(({ carrier }) => carrier))],
    services: [...new Set(offered.map(({ service }) => service))],
    zones: (site.data?.zones ?? []).map(({ code, name }) => ({ value: code, label: `${code} ${name}` })),
  };
}
