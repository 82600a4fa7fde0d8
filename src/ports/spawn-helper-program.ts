/**
 * Python, because it is where our users are and starts processes as cheaply as can be: posix_spawn copies no page
 * tables, tells at once why nothing was started, makes a session and takes any byte. Descriptor 3 leads to the worker.
 *
 * Frames come in, as spawn-helper-frames.ts writes them: a length, then parts with NUL between them; first the
 * environment, then what is to be done. Frames go out: the length of what follows, a run, a kind.
 *   r  it is ready         s  started: pid            1, 2  output; of length 0: its end
 *   x  ended: wait status, whether others of its group are left          e  nothing was started
 */
export const PROGRAM = String.raw`
import os, select, signal, struct

LINE, WINDOW, CHUNK = 3, 1 << 18, 1 << 16
frame = struct.Struct('>IIc').pack
length = struct.Struct('>I').unpack_from
# Python ignores these two; those that it catches are as ever in what it starts.
ignored = [signal.SIGPIPE, signal.SIGXFSZ]
# It leaves with its worker, and not when all of a job is signalled.
for name in 'CHLD', 'HUP', 'INT', 'TERM', 'USR1', 'USR2':
    signal.signal(getattr(signal, 'SIG' + name), lambda *_: None)
os.set_inheritable(LINE, False)
home = os.open('.', os.O_PATH)
bell, rung = os.pipe()
os.set_blocking(bell, False)
os.set_blocking(rung, False)
signal.set_wakeup_fd(rung)
poller = select.epoll()
poller.register(LINE, select.EPOLLIN)
poller.register(bell, select.EPOLLIN)
leaders, runs, pipes, out = {}, {}, {}, []

def spawn(file, argv, env, to_out, to_err):
    actions = [(os.POSIX_SPAWN_DUP2, to_out, 1), (os.POSIX_SPAWN_DUP2, to_err, 2)]
    return os.posix_spawn(
        file, argv, env, file_actions=actions, setsid=True, setsigmask=[], setsigdef=ignored)

def tell(run, kind, text=b''):
    out.append(frame(len(text), run, kind) + text)

class Pipe:
    def __init__(self, fd, run, kind):
        self.fd, self.run, self.kind, self.room, self.watched = fd, run, kind, WINDOW, True
        pipes[fd] = self
        os.set_blocking(fd, False)
        poller.register(fd, select.EPOLLIN)

    def pass_on(self, most):
        while most > 0 and self.room > 0:
            try:
                text = os.read(self.fd, min(CHUNK, self.room))
            except BlockingIOError:
                return
            tell(self.run, self.kind, text)
            if not text:
                return self.close()
            self.room -= len(text)
            most -= 1
        if self.room <= 0 and self.watched:
            poller.unregister(self.fd)
            self.watched = False

    def taken(self, size):
        self.room += size
        if not self.watched:
            poller.register(self.fd, select.EPOLLIN)
            self.watched = True

    def close(self):
        os.close(self.fd)
        del pipes[self.fd]
        mine = runs[self.run]
        mine.remove(self)
        if not mine:
            del runs[self.run]

def start(run, file, cwd, changed, gone, *rest):
    fds = []
    try:
        env = dict(base)
        changed = int(changed)
        for text in rest[:changed]:
            name, _, value = text.partition(b'=')
            env[name] = value
        argv = changed + int(gone)
        for name in rest[changed:argv]:
            env.pop(name, None)
        os.chdir(cwd or home)
        fds += os.pipe()
        fds += os.pipe()
        pid = spawn(file, rest[argv:], env, fds[1], fds[3])
    except Exception:
        for fd in fds:
            os.close(fd)
        return tell(run, b'e')
    os.close(fds[1])
    os.close(fds[3])
    leaders[pid] = run
    runs[run] = [Pipe(fds[0], run, b'1'), Pipe(fds[2], run, b'2')]
    tell(run, b's', b'%d' % pid)

def pipes_of(run):
    return list(runs.get(run, ()))

def obey(kind, run, *parts):
    run = int(run)
    if kind == b's':
        start(run, *parts)
    elif kind == b'f':
        for pipe in pipes_of(run):
            pipe.close()
    else:
        for pipe in pipes_of(run):
            if pipe.kind == kind:
                pipe.taken(int(parts[0]))

def take(text):
    at = 0
    while len(text) - at >= 4 and len(text) - at - 4 >= length(text, at)[0]:
        end = at + 4 + length(text, at)[0]
        yield text[at + 4:end].split(b'\0')
        at = end
    rest[:] = [text[at:]]

def reap():
    while leaders:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        run = leaders.pop(pid, None)
        if run is None:
            continue
        # What it wrote comes before its end.
        for pipe in pipes_of(run):
            pipe.pass_on(WINDOW)
        try:
            os.killpg(pid, 0)
            left = 1
        except ProcessLookupError:
            left = 0
        except OSError:
            left = 1
        tell(run, b'x', b'%d %d' % (status, left))

base, rest = None, [b'']
try:
    spawn(b'', [b'nothing'], {}, 1, 2)
except FileNotFoundError:
    tell(0, b'r')
while True:
    if out:
        text = memoryview(b''.join(out))
        del out[:]
        while text:
            text = text[os.write(LINE, text):]
    for fd, _ in poller.poll():
        if fd == LINE:
            text = os.read(LINE, CHUNK)
            if not text:
                os._exit(0)
            for parts in take(rest[0] + text):
                if base is None:
                    base = dict(part.split(b'=', 1) for part in parts if part)
                else:
                    obey(*parts)
        elif fd == bell:
            os.read(bell, 4096)
            reap()
        elif fd in pipes:
            pipes[fd].pass_on(1)
`;
