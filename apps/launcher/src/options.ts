import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const HELP = `Usage: npm start -- [options]

Starts Wavehouse with everything it needs: an embedded PostgreSQL and MQTT broker, the API with the web app,
an edge agent and, in the demo, a simulated floor. Ctrl-C drains and stops all of it.

  --no-demo      without demo data and simulated floor; the first start prints a link that sets up the first account
  --port N       port of the API and the web app (default 3000)
  --host ADDRESS address to listen on (default 127.0.0.1: this machine only; 0.0.0.0: also handhelds in the network)
  --data DIR     where everything is kept (default .data)
  --verbose      shows what all processes log, not only their files in DIR/logs
  --help         this text

With DATABASE_URL and MQTT_URL in the environment nothing embedded is started; see deploy/README.md.
`;

/** What the person at the terminal asked for. */
export interface Options {
  demo: boolean;
  port: number;
  host: string;
  dataDir: string;
  verbose: boolean;
  /** Restart processes when their files in dist change. */
  dev: boolean;
  help: boolean;
}

/** Something the person can put right; printed as it is, without a stack. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
}

/** Reads the command line. Throws a StartRefused with one sentence on anything it does not know. */
export function parseOptions(args: string[], cwd: string): Options {
  const { values } = parse(args);
  const port = values.port === undefined ? 3000 : Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new StartRefused(`--port takes a number from 1 to 65535, not ${JSON.stringify(values.port)}.`);
  }
  if (values.data === '') throw new StartRefused('--data takes the name of a directory.');
  return {
    demo: values.demo ?? true,
    port,
    host: values.host ?? '127.0.0.1',
    dataDir: resolve(cwd, values.data ?? '.data'),
    verbose: values.verbose ?? false,
    dev: values.dev ?? false,
    help: values.help ?? false,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowNegative: true,
      options: {
        demo: { type: 'boolean' },
        port: { type: 'string' },
        host: { type: 'string' },
        data: { type: 'string' },
        verbose: { type: 'boolean' },
        dev: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    const said = (error as Error).message.split(/[.\n]/)[0];
    throw new StartRefused(`${said}; npm start -- --help shows what there is.`);
  }
}
