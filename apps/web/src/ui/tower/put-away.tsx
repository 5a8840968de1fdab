import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { api } from '../../api/client.js';
import { Confirm } from './confirm.js';
import { useAct } from './use-act.js';
import type { Edited } from './use-saved-draft.js';

/** Takes what is edited out of use, once a person has said so, and goes back to the list. */
export function PutAway(props: {
  kind: Edited;
  id: string;
  /** What the buttons say. */
  label: string;
  question: string;
  /** What would come of it. */
  outcome: string;
  done: string;
  /** Nothing on the page is to be saved any more. */
  onGone: () => void;
}) {
  const { kind, id, label, onGone } = props;
  const navigate = useNavigate();
  const [asked, ask] = useDisclosure(false);
  const act = useAct(
    async () => {
      await api.delete(`/waves/${kind}s/${id}`);
      onGone();
      await navigate({ to: `/waves/${kind}s` as never });
    },
    { done: props.done, refresh: [`${kind}s`] },
  );
  return (
    <>
      <Button variant="default" onClick={ask.open}>
        {label}
      </Button>
      {asked && (
        <Confirm
          question={props.question}
          yes={label}
          isPending={act.isPending}
          onYes={() => act.mutate(undefined)}
          onNo={ask.close}
        >
          {props.outcome}
        </Confirm>
      )}
    </>
  );
}
