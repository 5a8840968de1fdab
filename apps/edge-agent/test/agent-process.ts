import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { runProgram } from './run-program.js';

export interface AgentSetup {
  dir: string;
  mqttUrl: string;
  site: string;
  agent: string;
  devices: object[];
  points?: object[];
}

/** The real agent in a process of its own. Its log lines are kept for a failing test to show. */
export class AgentProcess {
  readonly lines: string[] = [];

  private constructor(private readonly process: ChildProcess) {
    for (const stream of [process.stdout, process.stderr]) {
      stream?.on('data', (chunk: Buffer) => this.lines.push(...chunk.toString().split('\n').filter(Boolean)));
    }
  }

  static async start(setup: AgentSetup): Promise<AgentProcess> {
    const { dir, mqttUrl, site, agent, devices, points = [] } = setup;
    await writeFile(`${dir}/agent.json`, JSON.stringify({ site, agent, devices, points }));
    const child = runProgram('src/main', [], {
      AGENT_SECRET: 'secret',
      AGENT_DATA_DIR: `${dir}/data`,
      AGENT_CONFIG: `${dir}/agent.json`,
      MQTT_URL: mqttUrl,
      LOG_LEVEL: 'info',
    });
    return new AgentProcess(child);
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
