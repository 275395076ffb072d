import { Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** What a process tells the one that started it. */
export type Message =
  | { readonly event: 'progress'; readonly text: string }
  | { readonly event: 'ready'; readonly dir: string }
  | { readonly event: 'failed'; readonly text: string }
  /** The starter to the supervisor: stay when I end. */
  | { readonly event: 'stay' };

/** The descriptor by which a started process talks to its starter; it closes when either ends, however it ends. */
export const channelDescriptor = 3;

export interface Channel {
  send(message: Message): void;
  close(): void;
}

/** Messages both ways, one JSON document a line. `onEnd` is called once, when the other side is gone. */
export function openChannel(socket: Socket, onMessage: (message: Message) => void, onEnd: () => void): Channel {
  let ended = false;
  const end = () => {
    if (!ended) onEnd();
    ended = true;
  };
  socket.on('error', end).on('close', end).on('end', end);
  createInterface({ input: socket }).on('line', (line) => onMessage(JSON.parse(line)));
  return {
    send: (message) => void socket.write(`${JSON.stringify(message)}\n`),
    close: () => void socket.destroy(),
  };
}

/** The channel to the process that started this one. */
export function openStarterChannel(onMessage: (message: Message) => void, onEnd: () => void): Channel {
  return openChannel(new Socket({ fd: channelDescriptor, readable: true, writable: true }), onMessage, onEnd);
}
