import type { ReactNode } from 'react';

/** What may be longer than its place: it scrolls by touch and by keyboard. */
export function ScrollBox(props: { label: string; className: string; children: ReactNode }) {
  const { label, className, children } = props;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={className} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
