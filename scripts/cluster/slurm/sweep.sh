#!/bin/bash
#SBATCH --job-name=sweep --output=sweep-%A_%a.log --open-mode=append
#SBATCH --time=1:00:00 --requeue --signal=B:USR1@60
#
# Runs configs as a Slurm array of shards, and writes the report when all are done:
#
#     scripts/cluster/slurm/sweep.sh TASKS --config FILE [what else `train plan` takes]
#
# What a task needs is said in the lines above, or by Slurm's variables (SBATCH_PARTITION=...,
# SBATCH_CPUS_PER_TASK=...). TRAIN is the program, by default the `train` on the PATH; OUT is the
# folder of records, which all nodes must see.
train=${TRAIN:-train}
out=${OUT:-runs}

if [ -z "${SLURM_ARRAY_TASK_ID:-}" ]; then
    set -eu
    export TASKS=$1
    shift
    "$train" plan "$@" > /dev/null # A slip shows here, and not in every task.
    array=$(sbatch --parsable --array="1-$TASKS" "$0" "$@")
    report=$(sbatch --parsable --dependency="afterany:$array" --job-name=report --output="sweep-${array}_report.log" \
        --wrap "'$train' status '$out'; '$train' report '$out'")
    echo "job $array: $TASKS shards, with logs in sweep-${array}_*.log; job $report: $out/report.html after them"
    exit
fi

"$train" "$@" --out "$out" --shard "$SLURM_ARRAY_TASK_ID/$TASKS" --jobs "${SLURM_CPUS_PER_TASK:-1}" &
# A minute before the time is up, or when the task is to make way, Slurm tells this shell.
trap 'kill -USR1 $!' USR1
while kill -0 $! 2> /dev/null; do wait $!; done # A signal ends a wait early.
wait $!
code=$?
[ "$code" = 75 ] && scontrol requeue "$SLURM_JOB_ID"
exit "$code"
