/** Standard output that is a pipe, a socket or a terminal. */
import type { LineSinkFactory } from '../line-sink.js';

export function streamSink(name: string, stream: NodeJS.WriteStream): LineSinkFactory {
  return (events) => {
    // The reader is gone, and none will replace it.
    stream.on('error', events.dead);
    return {
      name,
      write({ bytes }) {
        stream.write(bytes, (error) => {
          if (!error) events.acknowledged(0);
        });
      },
      isUp: () => true,
      close: () => Promise.resolve(),
    };
  };
}
