// Floods a subject of the broker as fast as the network allows until it is killed, as a compromised register could. It
// reconnects after each disconnection. It is a separate process, so that it does not slow down the test. Its settings
// come from the environment, because one is a token.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const { PORT, TOKEN, DEVICE_ID, SUBJECT, PAYLOAD = '' } = process.env;
const login = { auth_token: TOKEN, headers: true, no_responders: true, verbose: false, protocol: 1 };
const request = `PUB ${SUBJECT} _INBOX.${DEVICE_ID}.1 ${PAYLOAD.length}\r\n${PAYLOAD}\r\n`;
const batch = Buffer.from(request.repeat(Math.ceil(65_536 / request.length)));

for (;;) {
  await flood();
  await sleep(10);
}

async function flood() {
  let isFlooding = false;
  const socket = connect({ host: '127.0.0.1', port: Number(PORT) });
  socket.write(`CONNECT ${JSON.stringify(login)}\r\nSUB _INBOX.${DEVICE_ID}.> 1\r\nPING\r\n`);
  // Incoming data is read and discarded, so that the broker has no other reason to end this connection.
  socket.on('data', (bytes) => {
    if (isFlooding || !bytes.includes('PONG')) return;
    isFlooding = true;
    process.stdout.write('flooding\n');
  });
  const send = () => {
    while (socket.write(batch));
  };
  socket.on('drain', send);
  socket.on('error', () => undefined);
  send();
  await new Promise((resolve) => socket.once('close', resolve));
  if (isFlooding) process.stdout.write('closed\n');
}
