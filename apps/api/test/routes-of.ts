import type { BootedApp } from './booted-app.js';

export interface Route {
  method: string;
  /** With `:parameters`. */
  path: string;
}

/** The routes as Nest has mapped them, from Fastify's own table. */
export function routesOf({ app }: BootedApp): Route[] {
  const printed = app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false }) as string;
  const stack: string[] = [];
  const found: Route[] = [];
  for (const line of printed.split('\n')) {
    const match = /^([│ ]*)[├└]── (\S*?)(?: \(([A-Z, ]+)\))?$/.exec(line);
    if (!match) continue;
    const depth = match[1]!.length / 4;
    stack.splice(depth, stack.length, match[2]!);
    for (const method of (match[3] ?? '').split(', ').filter(Boolean)) {
      if (method !== 'HEAD' && method !== 'OPTIONS') found.push({ method, path: stack.join('') });
    }
  }
  return found.filter(({ path }) => path !== '*');
}
