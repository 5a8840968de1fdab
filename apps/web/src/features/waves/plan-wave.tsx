import { Button, Menu, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { WaveTemplateView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { useAct } from '../../ui/tower/use-act.js';

/** Plans a wave from a template; each says how many orders it would find now. */
export function PlanWave({ templates }: { templates: WaveTemplateView[] }) {
  const { t } = useTranslation();
  const plan = useAct((templateId: string) => api.post('/waves', { templateId }), {
    done: t('The wave is being planned.'),
    refresh: ['waves', 'templates'],
  });
  return (
    <Menu withinPortal position="bottom-end">
      <Menu.Target>
        <Button leftSection={<IconPlus size={18} />} loading={plan.isPending}>
          {t('Plan a wave')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {templates.length === 0 && <Menu.Label>{t('There is no template yet: import a site.')}</Menu.Label>}
        {templates.map((template) => (
          <Menu.Item
            key={template.id}
            disabled={template.matching === 0}
            onClick={() => plan.mutate(template.id)}
          >
            {template.name}
            <Text size="sm" c="dimmed">
              {t('{{count}} orders match now', { count: template.matching })}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
