import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { reasonOf } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';

/** A click that changes something: busy while it runs, says what came of it, and has the named lists asked for again. */
export function useAct<T>(
  act: (input: T) => Promise<unknown>,
  options: { done?: string; refresh: string[] },
) {
  const client = useQueryClient();
  const { t } = useTranslation();
  const closeButtonProps = { 'aria-label': t('Close') };
  return useMutation({
    mutationFn: act,
    onSuccess: () => {
      if (options.done) notifications.show({ message: options.done, color: 'teal', closeButtonProps });
    },
    onError: (error) =>
      notifications.show({ message: reasonOf(error), color: 'red', autoClose: 10_000, closeButtonProps }),
    onSettled: () => Promise.all(options.refresh.map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
}
