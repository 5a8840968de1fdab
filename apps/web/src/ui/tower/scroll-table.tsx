import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

/** A table that may be wider than the screen: it scrolls sideways by touch and by keyboard, the page does not. */
export function ScrollTable(props: { label: string; minWidth: number; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="scroll-table" aria-label={props.label} tabIndex={0}>
      <Table className="figures" highlightOnHover style={{ minWidth: props.minWidth }}>
        {props.children}
      </Table>
    </section>
  );
}
