import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { eventually, freePort } from '#lib/testkit';

/** A real mosquitto on a port of its own, which it keeps over a restart. */
export class Mosquitto {
  private process: ChildProcess | null = null;

  private constructor(
    private readonly dir: string,
    readonly port: number,
  ) {}

  static async start(): Promise<Mosquitto> {
    const dir = await mkdtemp(`${tmpdir()}/mosquitto-`);
    const port = await freePort();
    const settings = [
      `listener ${port} 127.0.0.1`,
      'allow_anonymous true',
      'set_tcp_nodelay true',
      'max_queued_messages 0',
      'max_inflight_messages 0',
    ];
    await writeFile(`${dir}/mosquitto.conf`, `${settings.join('\n')}\n`);
    const broker = new Mosquitto(dir, port);
    await broker.resume();
    return broker;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  async resume(): Promise<void> {
    this.process = spawn('mosquitto', ['-c', `${this.dir}/mosquitto.conf`], { stdio: 'ignore' });
    await eventually(() => this.listens());
  }

  async kill(): Promise<void> {
    const running = this.process;
    this.process = null;
    if (!running || running.exitCode !== null) return;
    running.kill('SIGKILL');
    await once(running, 'exit');
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.dir, { recursive: true });
  }

  private listens(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1');
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
  }
}
