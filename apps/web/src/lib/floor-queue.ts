import { api } from '../api/client.js';
import { ConfirmQueue } from './confirm-queue.js';

const queues = new Map<string, ConfirmQueue>();

/** The one queue of this person in this page: two of them would send everything twice. */
export function floorQueue(personId: string): ConfirmQueue {
  let queue = queues.get(personId);
  if (!queue) {
    queue = new ConfirmQueue(personId, (confirm) => api.post(confirm.path, confirm.body, confirm.eventId));
    queues.set(personId, queue);
  }
  return queue;
}

/** The person works here: their queue is sent until the returned function is called. */
export function sendQueueOf(personId: string): () => void {
  const queue = floorQueue(personId);
  const nudge = (): void => queue.nudge();
  queue.resume();
  window.addEventListener('online', nudge);
  return () => {
    window.removeEventListener('online', nudge);
    queue.pause();
  };
}
