import { createServer, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import mqtt from 'mqtt';
import { type MqttPort, mqttPort } from '../links/mqtt.js';

/** A broker of our own with one client per side, for devices that speak MQTT. */
export interface TestBroker {
  /** A fresh connection each time. */
  connect(): Promise<MqttPort>;
  close(): Promise<void>;
}

export async function openTestBroker(): Promise<TestBroker> {
  const broker = await Aedes.createBroker();
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    broker.handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const clients: mqtt.MqttClient[] = [];
  return {
    async connect() {
      const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
        protocolVersion: 4,
        reconnectPeriod: 0,
      });
      clients.push(client);
      return mqttPort(client);
    },
    async close() {
      for (const client of clients) await client.endAsync(true);
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
