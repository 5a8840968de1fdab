import { useEffect, useRef } from 'react';

/** Whoever opened this has the focus again once it is gone: from a menu its button, and where that is gone too the page. */
export function useFocusBack(): void {
  const isShown = useRef(false);
  useEffect(() => {
    const opener = openerOf(document.activeElement);
    isShown.current = true;
    return () => {
      isShown.current = false;
      // Behind whatever else lets go of the focus on the way out.
      requestAnimationFrame(() => {
        const back =
          opener?.isConnected && opener !== document.body ? opener : document.querySelector('main');
        if (!isShown.current) back?.focus();
      });
    };
  }, []);
}

/** A menu is closed by what is chosen in it: what opened it stays. */
function openerOf(active: Element | null): HTMLElement | null {
  const menu = active?.closest('[role="menu"]')?.getAttribute('aria-labelledby');
  return (menu ? document.getElementById(menu) : active) as HTMLElement | null;
}
