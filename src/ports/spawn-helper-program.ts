/**
 * Perl, because it alone is on nearly every Linux and can do all of it exactly: a session, any byte in any argument,
 * the error of a failed exec, the whole wait status. Descriptor 3 leads to the worker.
 *
 * The next child is forked ahead and waits for its command, so the worker knows its number before it hands out a run.
 * It holds the reading ends until it becomes the run: long enough for the worker to open them by name.
 *
 * Frames come in: a length, then parts with NUL between them; first the environment, then a command each.
 * Lines go out: `E<errno>` from a child that could not become its command, and from the parent
 * `<wait status of the run before> <next child> <its stdout> <its stderr>`; without a next child it gives up, as it
 * does after a child that was killed: its command may still be on the way, and must not reach another.
 */
export const PROGRAM = String.raw`
use POSIX ();
$0 = 'cooperate: starts runs';
my $worker = getppid;
open my $line, '+<&=', 3 or POSIX::_exit(1);
sub take {
  my ($size) = @_;
  my $text = '';
  while ($size > length $text) {
    my $count = sysread $line, $text, $size - length $text, length $text;
    next if !defined $count && $! == 4; # EINTR
    POSIX::_exit(0) if !$count;
  }
  return $text;
}
sub parts { return split /\0/, take(unpack 'N', take(4)), -1 }
sub tell_worker { my $text = "@_\n"; defined syswrite $line, $text or POSIX::_exit(1) }
sub set { for (@_) { my ($name, $value) = split /=/, $_, 2; $ENV{$name} = $value } }
sub become {
  my ($out, $err) = @_;
  POSIX::setsid();
  $SIG{ALRM} = $SIG{FPE} = 'DEFAULT';
  POSIX::dup2(fileno $out, 1);
  POSIX::dup2(fileno $err, 2);
  my ($file, $cwd, $changed, $gone, @rest) = parts();
  set(splice @rest, 0, $changed);
  delete $ENV{$_} for splice @rest, 0, $gone;
  if ($cwd eq '' || chdir $cwd) {
    exec { $file } @rest;
    exec { $rest[0] } @rest if $! == 2; # ENOENT: it has moved
  }
  tell_worker('E' . ($! + 0));
  POSIX::_exit(127);
}
%ENV = ();
set(parts());
# The run goes on without its worker; this need not.
$SIG{ALRM} = sub { POSIX::_exit(0) if getppid != $worker; alarm 5 };
alarm 5;
my $status = 0;
while (!($status & 127) && pipe(my $out, my $to_out) && pipe(my $err, my $to_err)) {
  my $child = fork;
  last if !defined $child;
  become($to_out, $to_err) if !$child;
  my @ours = (fileno $out, fileno $err);
  close $_ for $out, $to_out, $err, $to_err;
  tell_worker($status, $child, @ours);
  1 while waitpid($child, 0) < 0 && $! == 4;
  $status = $?;
}
tell_worker($status);
`;
