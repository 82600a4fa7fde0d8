# Sourced by the scripts beside it: where everything of the bed is.
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export PATH=$PATH:/usr/sbin:/sbin
RUN=${TESTBED_RUN:-${TMPDIR:-/tmp}/cooperate-nfs}
NS=${TESTBED_NS:-cooperate-nfs}
NET=10.77.0
