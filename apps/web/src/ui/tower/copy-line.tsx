import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { useRef, useState } from 'react';
import { useTranslation } from '../../lib/i18n.js';

/** A line to be typed elsewhere, with a button that copies it. Where the browser does not let us, it is selected instead. */
export function CopyLine({ line }: { line: string }) {
  const { t } = useTranslation();
  const shown = useRef<HTMLElement>(null);
  const [outcome, setOutcome] = useState<'copied' | 'selected' | null>(null);
  const copy = async (): Promise<void> => {
    getSelection()?.selectAllChildren(shown.current!);
    setOutcome((await toClipboard(line)) ? 'copied' : 'selected');
  };
  return (
    <Stack gap="xs">
      {/* Wrapped, never scrolled: nothing of a command may be out of sight. */}
      <Code block ref={shown as never} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {line}
      </Code>
      <Group gap="xs">
        <Button variant="default" size="compact-md" onClick={() => void copy()}>
          {t('Copy')}
        </Button>
        <Text size="sm" role="status">
          {outcome === 'copied' && t('Copied.')}
          {outcome === 'selected' && t('Selected: press Ctrl+C.')}
        </Text>
      </Group>
    </Stack>
  );
}

/** The clipboard's own interface exists on HTTPS and localhost only; in a warehouse plain HTTP is usual, so the old way comes second. */
async function toClipboard(line: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(line);
    return true;
  } catch {
    return document.execCommand('copy');
  }
}
