import { Button, Menu, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import type { WaveTemplateView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { useAct } from '../../ui/tower/use-act.js';

/** Plans a wave from a template; each says how many orders it would find now. A dry run shows first what would come of it. */
export function PlanWave({ templates }: { templates: WaveTemplateView[] }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const matching = templates.filter((template) => template.matching > 0);
  const idle = templates.length - matching.length;
  const plan = useAct((templateId: string) => api.post('/waves', { templateId }), {
    done: t('The wave is being planned.'),
    refresh: ['waves', 'templates'],
  });
  const dryRun = (id: string): void =>
    void navigate({ to: '.', search: ((now: object) => ({ ...now, dryTemplate: id })) as never });
  return (
    <Menu withinPortal position="bottom-end" width={300}>
      <Menu.Target>
        <Button leftSection={<IconPlus size={18} />} loading={plan.isPending}>
          {t('Plan a wave')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown className="plan-menu">
        {templates.length === 0 && (
          <Menu.Item component={Link} to="/waves/templates">
            {t('There is no template yet: make one.')}
          </Menu.Item>
        )}
        {matching.length > 0 && <Menu.Label>{t('Plan now')}</Menu.Label>}
        {matching.map((template) => (
          <Menu.Item key={template.id} onClick={() => plan.mutate(template.id)}>
            {template.name}
            <Text size="sm" c="dimmed">
              {t('{{count}} orders match now', { count: template.matching })}
            </Text>
          </Menu.Item>
        ))}
        {matching.length > 0 && <Menu.Label>{t('Look first: dry run')}</Menu.Label>}
        {matching.map((template) => (
          <Menu.Item key={template.id} onClick={() => dryRun(template.id)}>
            {t('Dry run of {{name}}', { name: template.name })}
          </Menu.Item>
        ))}
        {idle > 0 && <Menu.Label>{t('{{count}} templates match no order now.', { count: idle })}</Menu.Label>}
      </Menu.Dropdown>
    </Menu>
  );
}
