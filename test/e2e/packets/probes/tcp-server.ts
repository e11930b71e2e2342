// A program: answers each connection with its name. Arguments: PORT NAME.
import { createServer } from 'node:net';

const [port, name = ''] = process.argv.slice(2);

const server = createServer((socket) => {
  // A client that gave up is its own concern.
  socket.on('error', () => undefined);
  socket.end(name);
});
server.listen(Number(port), () => console.log('listening'));
