import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { runProgram } from './run-program.js';

/** Long enough to be looked for in what the agent tells. */
const SECRET = 'correct-horse-battery';

export interface AgentSetup {
  dir: string;
  mqttUrl: string;
  site: string;
  agent: string;
  devices: object[];
  points?: object[];
  /** Driver folders to watch. */
  driverDir?: string;
}

/** The real agent in a process of its own. Its log lines are kept for a failing test to show. */
export class AgentProcess {
  readonly lines: string[] = [];

  /** What it signs in to the broker with. */
  readonly secret = SECRET;

  private constructor(
    private process: ChildProcess,
    private readonly startIt: () => ChildProcess,
  ) {
    this.listen(process);
  }

  private listen(process: ChildProcess): void {
    for (const stream of [process.stdout, process.stderr]) {
      stream?.on('data', (chunk: Buffer) => this.lines.push(...chunk.toString().split('\n').filter(Boolean)));
    }
  }

  static async start(setup: AgentSetup): Promise<AgentProcess> {
    const { dir, mqttUrl, site, agent, devices, points = [] } = setup;
    await writeFile(`${dir}/agent.json`, JSON.stringify({ site, agent, devices, points }));
    const args = setup.driverDir ? ['--drivers', setup.driverDir] : [];
    const start = () =>
      runProgram('src/main', args, {
        AGENT_SECRET: SECRET,
        AGENT_DATA_DIR: `${dir}/data`,
        AGENT_CONFIG: `${dir}/agent.json`,
        MQTT_URL: mqttUrl,
        LOG_LEVEL: 'info',
      });
    return new AgentProcess(start(), start);
  }

  /** Starts it again after it has ended. */
  async again(): Promise<void> {
    this.process = this.startIt();
    this.listen(this.process);
  }

  get pid(): number {
    return this.process.pid!;
  }

  get output(): string {
    return this.lines.join('\n');
  }

  /** The exit code; null when a signal ended it. */
  async exited(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'exit');
    return this.process.exitCode;
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    this.process.kill(signal);
    return this.exited();
  }
}
