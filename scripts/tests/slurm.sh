#!/usr/bin/env bash
# Runs a sweep by scripts/cluster/slurm/sweep.sh on a real Slurm (a controller and two nodes, all on
# this machine) and disturbs it: a task is warned that its time is up, a task is killed and
# requeued, a node is drained half way. Its records must have the same bits as those of the sweep
# run alone.
#
# Needs Linux, and root where Debian's slurm-wlm and munge are still to be installed. With --skip it
# says that it was left out.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ "${1:-}" = --skip ]; then
    echo "left out, as told: nothing is known of Slurm"
    exit 0
fi
if ! command -v slurmctld slurmd munged > /dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends slurm-wlm munge > /dev/null
fi
cargo build --quiet -p train
scripts=$PWD/scripts/cluster/slurm
TRAIN=$(cargo build --quiet -p train --message-format=json | sed -n 's/.*"executable":"\([^"]*\/train\)".*/\1/p')
export TRAIN

folder=$(mktemp -d)
daemons=()
finish() {
    code=$?
    if [ "$code" != 0 ]; then
        tail -n 20 "$folder"/*.log || true
        squeue 2> /dev/null || true
    fi
    kill "${daemons[@]}" 2> /dev/null || true
    wait 2> /dev/null || true
    rm -rf "$folder"
}
trap finish EXIT
fail() {
    echo "failed: $1"
    exit 1
}
# Waits, two minutes at most, until a command succeeds.
until_true() {
    for _ in $(seq 600); do
        if "$@" > /dev/null 2>&1; then return; fi
        sleep 0.2
    done
    fail "waited in vain for: $*"
}

host=$(hostname)
port=$((20000 + RANDOM % 20000))
mkdir -p "$folder"/{munge,state,spool/node1,spool/node2,lab}
(umask 077 && head -c 1024 /dev/urandom > "$folder/munge/key")
chmod 700 "$folder/munge"
chmod 755 "$folder"
cat > "$folder/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool/%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd-%n.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SchedulerParameters=sched_interval=1,bf_interval=1
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=2
NodeName=node1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=1 RealMemory=1000
NodeName=node2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=1 RealMemory=1000
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$folder/slurm.conf
munged --foreground --force --socket="$folder/munge/socket" --key-file="$folder/munge/key" \
    --pid-file="$folder/munge/pid" --seed-file="$folder/munge/seed" --log-file="$folder/munge/log" 2> "$folder/munged.log" &
daemons+=($!)
until_true test -S "$folder/munge/socket"
slurmctld -D > /dev/null 2>&1 &
daemons+=($!)
for node in node1 node2; do
    slurmd -D -N "$node" > /dev/null 2>&1 &
    daemons+=($!)
done
both_idle() { [ "$(sinfo --noheader --Node --format=%T | sort | uniq -c | tr -s ' ')" = " 2 idle" ]; }
until_true both_idle
echo "$(slurmctld -V): a controller, and two nodes of one core each"

cd "$folder/lab"
cat > sweep.toml <<'TOML'
seeds = 4
model.hidden = [32]
training = { batch_size = 64, max_steps = 800, checkpoint_every = 20 }
init = { kind = "normal", std = 0.1 }
[sweep]
"init.std" = { log = [1e-3, 1.0], n = 10 }
TOML
"$TRAIN" --config sweep.toml --out alone --format json > /dev/null
echo "the sweep run alone: $(find alone -name run.json | wc -l) runs"

"$scripts/sweep.sh" 8 --config sweep.toml
finished() { find runs -name model.safetensors 2> /dev/null | wc -l; }
some_finished() { [ "$(finished)" -ge "$1" ]; }
tasks() { squeue --noheader --array --states="$1" --format=%i "${@:2}"; }
is_listed() { tasks "$@" | grep -q .; }
# Slurm lets what was requeued wait for two minutes; nobody here has to.
start_at_once() {
    until_true is_listed PENDING --jobs="$1"
    scontrol update jobid="$1" starttime=now
}

until_true some_finished 2
until_true is_listed RUNNING --nodelist=node1
warned=$(tasks RUNNING --nodelist=node1)
# It keeps on telling a task that has ended by then.
timeout 3 scancel --batch --signal=USR1 "$warned" 2> /dev/null || true
start_at_once "$warned"
echo "warned: task $warned, which made a checkpoint and was requeued"

until_true some_finished 8
# Kills the first process that is at a run; none is at one while a task starts or ends.
kill_one() {
    "$TRAIN" status --format json > status.json
    process=$(sed -n 's/.*"process": \([0-9]\+\).*/\1/p' status.json | head -n 1)
    [ -n "$process" ] && kill -KILL "$process"
}
until_true kill_one
until_true is_listed FAILED
killed=$(tasks FAILED)
scontrol requeue "$killed"
start_at_once "$killed"
echo "killed: task $killed, process $process; requeued"

until_true some_finished 20
scontrol update nodename=node2 state=drain reason=test
until_true eval '[ "$(sinfo --noheader --nodes=node2 --format=%T)" = drained ]'
echo "drained: node2, with $(finished) of 40 runs finished"

until_true test -e runs/report.html
until_true eval '! is_listed RUNNING,PENDING,COMPLETING'

for task in "$warned" "$killed"; do
    scontrol show job "$task" | grep -q "Restarts=[1-9]" || fail "task $task was not started again"
done
states=$(tasks all --format=%T | sort | uniq -c | tr -s ' ')
[ "$states" = " 9 COMPLETED" ] || fail "not all jobs ended well:$states"
"$TRAIN" status | tee status.txt
grep -Eq '^sweep +40 +40 +0 +0 +0 +0 +0$' status.txt || fail "not all runs are finished"
sums() { (cd "$1/sweep" && find . -name config.toml -o -name '*.csv' -o -name model.safetensors | sort | xargs sha256sum); }
sums alone > alone.sums
sums runs > runs.sums
[ "$(wc -l < alone.sums)" = 160 ] || fail "there should be 160 files to compare"
cmp alone.sums runs.sums
resumed=$(grep -l '"step":' -r runs --include=run.json | wc -l)
[ "$resumed" -ge 1 ] || fail "no run was gone on with from a checkpoint"
echo "160 files of 40 runs over 8 tasks have the same bits as those of the sweep run alone; $resumed runs were gone on with"
