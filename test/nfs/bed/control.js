// control.js ADDRESS COMMAND: has agent.js run it there; input, output and the exit code pass through.
import { connect } from 'node:net';

const [host = '', cmd = ''] = process.argv.slice(2);
const OUTPUT = 1;
const ERRORS = 2;
const EXIT = 3;
const UNREACHABLE = 255;

let buffered = Buffer.alloc(0);
process.exitCode = UNREACHABLE;
const socket = connect({ host, port: 9000, allowHalfOpen: true }, () => {
  socket.write(`${JSON.stringify({ cmd, cwd: process.env['GUEST_CWD'] })}\n`);
  if (process.env['NOSTDIN']) socket.end();
  else process.stdin.pipe(socket);
});
socket.on('data', (data) => {
  buffered = Buffer.concat([buffered, data]);
  while (buffered.length >= 5 && buffered.length >= 5 + buffered.readUInt32BE(1)) {
    const size = 5 + buffered.readUInt32BE(1);
    frame(buffered.readUInt8(), buffered.subarray(5, size));
    buffered = buffered.subarray(size);
  }
});
socket.on('end', () => {
  process.stdin.destroy();
  socket.destroy();
});
socket.on('error', (error) => {
  console.error(`no answer from the guest: ${error.message}`);
  process.stdin.destroy();
});

/**
 * @param {number} type
 * @param {Buffer} data
 */
function frame(type, data) {
  if (type === OUTPUT) process.stdout.write(data);
  else if (type === ERRORS) process.stderr.write(data);
  else if (type === EXIT) process.exitCode = data.readUInt32BE();
}
