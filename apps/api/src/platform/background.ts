let allowed = true;

/**
 * For a process that runs one command and ends: no relay, no sweeps, no broker, no setup link. Those belong to the core that serves;
 * call it before the application is made.
 */
export function withoutBackgroundWork(): void {
  allowed = false;
}

export function backgroundWorkAllowed(): boolean {
  return allowed;
}
