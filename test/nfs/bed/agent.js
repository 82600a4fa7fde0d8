// In each guest: runs commands for control.js. The first line says {cmd, cwd}; what follows is the command's input. Back
// come frames: a byte that says what (0 nothing, 1 output, 2 errors, 3 the exit code), the length in four bytes, the data.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { clearInterval, setInterval } from 'node:timers';

const OUTPUT = 1;
const ERRORS = 2;
const EXIT = 3;
/** Says nothing; but writing to somebody who is gone is how one learns it. */
const ALIVE = 0;
const ALIVE_EVERY_MS = 3000;
const NEWLINE = 10;

createServer({ allowHalfOpen: true }, serve).listen(9000, '0.0.0.0');

/** @param {import('node:net').Socket} socket */
function serve(socket) {
  let head = Buffer.alloc(0);
  /** @type {import('node:child_process').ChildProcessWithoutNullStreams | undefined} */
  let child;
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) end(child.pid);
  });
  socket.on('data', (data) => {
    if (child) {
      child.stdin.write(data);
      return;
    }
    head = Buffer.concat([head, data]);
    const at = head.indexOf(NEWLINE);
    if (at < 0) return;
    child = start(JSON.parse(head.subarray(0, at).toString()), socket);
    if (head.length > at + 1) child.stdin.write(head.subarray(at + 1));
  });
  socket.on('end', () => child?.stdin.end());
}

/**
 * @param {{ cmd: string, cwd?: string }} request
 * @param {import('node:net').Socket} socket
 */
function start({ cmd, cwd = '/mnt/q' }, socket) {
  const child = spawn('/bin/bash', ['-c', cmd], { cwd, detached: true, stdio: 'pipe' });
  const alive = setInterval(() => send(socket, ALIVE, Buffer.alloc(0)), ALIVE_EVERY_MS);
  socket.on('close', () => clearInterval(alive));
  child.stdin.on('error', () => undefined);
  child.stdout.on('data', (data) => send(socket, OUTPUT, data));
  child.stderr.on('data', (data) => send(socket, ERRORS, data));
  child.on('error', (error) => send(socket, ERRORS, Buffer.from(`${error}\n`)));
  child.on('close', (code) => {
    const exit = Buffer.alloc(4);
    exit.writeUInt32BE(code === null ? 128 : Math.abs(code));
    send(socket, EXIT, exit);
    socket.end();
  });
  return child;
}

/**
 * @param {import('node:net').Socket} socket
 * @param {number} type
 * @param {Buffer} data
 */
function send(socket, type, data) {
  if (socket.destroyed) return;
  const head = Buffer.alloc(5);
  head.writeUInt8(type);
  head.writeUInt32BE(data.length, 1);
  socket.write(Buffer.concat([head, data]));
}

/** @param {number} group */
function end(group) {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    return; // over by itself
  }
}
