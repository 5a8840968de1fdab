import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { reasonOf } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { fieldErrorsOf } from './field-errors.js';

interface ActOptions<T, R> {
  /** What is said once it is done; null where the page says it. */
  done?: string | ((result: R, input: T) => string | null);
  refresh: string[];
  /** The faults of single fields are shown where the fields are: no message beside them. */
  showsFaults?: boolean;
}

/** A click that changes something: busy while it runs, says what came of it, and has the named lists asked for again. */
export function useAct<T, R = unknown>(act: (input: T) => Promise<R>, options: ActOptions<T, R>) {
  const client = useQueryClient();
  const { t } = useTranslation();
  const closeButtonProps = { 'aria-label': t('Close') };
  return useMutation({
    mutationFn: act,
    onSuccess: (result, input) => {
      const { done } = options;
      const message = typeof done === 'function' ? done(result, input) : done;
      if (message) notifications.show({ message, color: 'teal', closeButtonProps });
    },
    onError: (error) => {
      if (options.showsFaults && Object.keys(fieldErrorsOf(error)).length > 0) return;
      notifications.show({ message: reasonOf(error), color: 'red', autoClose: 10_000, closeButtonProps });
    },
    onSettled: () => Promise.all(options.refresh.map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
}
